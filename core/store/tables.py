"""Facts to rows: a fact's class names its table, its fields are the columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from core.domain.argilla import ArgillaAnswer, ArgillaEvent, ArgillaLink, ArgillaRecord, ArgillaSent
from core.domain.batch import Batch, BatchEvent, BatchItem
from core.domain.call import Call
from core.domain.check import Check, Outcome, Score
from core.domain.decision import Decision
from core.domain.export import Export
from core.domain.instruction import Instruction, InstructionState, Response, Revision
from core.domain.judgment import Judgment, JudgmentValue
from core.domain.map import ClusterName, Embedding, Map, MapCluster, Selection
from core.domain.project import Audit, Project, PromptPack
from core.domain.run import Run, RunEvent
from core.domain.source import Label, Source, SourceEvent
from core.domain.study import Candidate, Rater, Study, StudyDesignSaved, StudyEvent, StudyPrompt
from core.domain.system import System
from core.domain.task import Task
from core.domain.trial import Trial, TrialSlot

# A repeated fact has the id it had before, so it is left out: that is what makes a repeated task harmless.
_INSERTS: Mapping[type, str] = {
    Project: "insert into project by name select * from batch on conflict do nothing",
    Source: "insert into source by name select * from batch on conflict do nothing",
    SourceEvent: "insert into source_event by name select * from batch on conflict do nothing",
    PromptPack: "insert into prompt_pack by name select * from batch on conflict do nothing",
    System: "insert into system by name select * from batch on conflict do nothing",
    Run: "insert into run by name select * from batch on conflict do nothing",
    RunEvent: "insert into run_event by name select * from batch on conflict do nothing",
    Instruction: "insert into instruction by name select * from batch on conflict do nothing",
    Revision: "insert into revision by name select * from batch on conflict do nothing",
    Response: "insert into response by name select * from batch on conflict do nothing",
    Call: "insert into call by name select * from batch on conflict do nothing",
    Check: "insert into rule_check by name select * from batch on conflict do nothing",
    Outcome: "insert into outcome by name select * from batch on conflict do nothing",
    Score: "insert into score by name select * from batch on conflict do nothing",
    Label: "insert into label by name select * from batch on conflict do nothing",
    Audit: "insert into audit by name select * from batch on conflict do nothing",
    Trial: "insert into trial by name select * from batch on conflict do nothing",
    TrialSlot: "insert into trial_slot by name select * from batch on conflict do nothing",
    Decision: "insert into decision by name select * from batch on conflict do nothing",
    Study: "insert into study by name select * from batch on conflict do nothing",
    StudyDesignSaved: "insert into study_design by name select * from batch on conflict do nothing",
    StudyPrompt: "insert into study_prompt by name select * from batch on conflict do nothing",
    Candidate: "insert into candidate by name select * from batch on conflict do nothing",
    StudyEvent: "insert into study_event by name select * from batch on conflict do nothing",
    Rater: "insert into rater by name select * from batch on conflict do nothing",
    Judgment: "insert into judgment by name select * from batch on conflict do nothing",
    JudgmentValue: "insert into judgment_value by name select * from batch on conflict do nothing",
    Embedding: "insert into embedding by name select * from batch on conflict do nothing",
    Map: "insert into map by name select * from batch on conflict do nothing",
    MapCluster: "insert into map_cluster by name select * from batch on conflict do nothing",
    ClusterName: "insert into cluster_name by name select * from batch on conflict do nothing",
    Selection: "insert into selection by name select * from batch on conflict do nothing",
    Export: "insert into export by name select * from batch on conflict do nothing",
    ArgillaLink: "insert into argilla_link by name select * from batch on conflict do nothing",
    ArgillaEvent: "insert into argilla_event by name select * from batch on conflict do nothing",
    ArgillaRecord: "insert into argilla_record by name select * from batch on conflict do nothing",
    ArgillaSent: "insert into argilla_sent by name select * from batch on conflict do nothing",
    ArgillaAnswer: "insert into argilla_answer by name select * from batch on conflict do nothing",
    BatchItem: "insert into call_batch_item by name select * from batch on conflict do nothing",
    Batch: "insert into call_batch by name select * from batch on conflict do nothing",
    BatchEvent: "insert into call_batch_event by name select * from batch on conflict do nothing",
    # Tasks and the projection are the two that change. A conflict is resolved through the primary key: its cost does
    # not grow with the table, as an UPDATE … FROM's would. What is done stays done, whoever plans it again.
    Task: """insert into task by name select * from batch on conflict (id) do update
             set state = case when task.state in ('done', 'failed') and excluded.state in ('waiting', 'cancelled')
               then task.state else excluded.state end, tries = greatest(task.tries, excluded.tries), lease_until = excluded.lease_until""",
    InstructionState: """insert into instruction_state
             (id, run_status, revision_id, response_id, difficulty, words_added, rule) select id, run_status, revision_id::uuid, response_id::uuid, difficulty, words_added, rule from batch
             on conflict (id) do update set
               run_status = coalesce(excluded.run_status, instruction_state.run_status),
               revision_id = coalesce(excluded.revision_id, instruction_state.revision_id),
               response_id = coalesce(excluded.response_id, instruction_state.response_id),
               difficulty = coalesce(excluded.difficulty, instruction_state.difficulty),
               words_added = coalesce(excluded.words_added, instruction_state.words_added),
               rule = coalesce(excluded.rule, instruction_state.rule)""",
}
_WITHOUT_SEQ = frozenset(
    {
        Project,
        PromptPack,
        System,
        Run,
        Task,
        InstructionState,
        TrialSlot,
        JudgmentValue,
        Embedding,
        MapCluster,
        BatchItem,
    }
)
# Parents first, so that nothing refers to what is not there yet.
ORDER = tuple(_INSERTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """How one kind of fact is written. `insert_new` costs half of `insert`, and fails for a row that is there already."""

    columns: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    insert: str
    insert_new: str
    has_seq: bool


_ARROW = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "datetime": pa.timestamp("us", tz="UTC")}


def _arrow_type(annotation: Any) -> pa.DataType:
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    if "tuple[float" in str(annotation):
        return pa.list_(pa.float32())
    if "tuple" in str(annotation):
        return pa.list_(pa.string())
    return next((kind for word, kind in _ARROW.items() if word in name), pa.string())


@cache
def table_of(kind: type) -> Table:
    """The table of a fact's class. KeyError for a class that is no fact: a bug."""
    columns = fields(kind)
    return Table(
        columns=tuple(column.name for column in columns),
        types=tuple(_arrow_type(column.type) for column in columns),
        insert=_INSERTS[kind],
        insert_new=_INSERTS[kind].removesuffix(" on conflict do nothing"),
        has_seq=kind not in _WITHOUT_SEQ,
    )


def arrow_batch(kind: type, facts: Sequence[Any], first_seq: int) -> pa.Table:
    """Rows of one class as a columnar batch, numbered from `first_seq` where the table orders by seq."""
    table = table_of(kind)
    arrays = [
        pa.array([getattr(fact, name) for fact in facts], type=kind_)
        for name, kind_ in zip(table.columns, table.types, strict=True)
    ]
    names = list(table.columns)
    if table.has_seq:
        arrays.append(pa.array(range(first_seq, first_seq + len(facts)), type=pa.int64()))
        names.append("seq")
    return pa.Table.from_arrays(arrays, names=names)


def insert_facts(
    connection: duckdb.DuckDBPyConnection, kind: type, facts: Sequence[Any], first_seq: int, *, are_new: bool = False
) -> int:
    """Append facts of one class inside an action of the writer. → how many `seq` they used.

    `are_new`: the caller knows that none of them is there; it costs half, and fails if one is.
    """
    if not facts:
        return 0
    table = table_of(kind)
    add(connection, table.insert_new if are_new else table.insert, arrow_batch(kind, facts, first_seq))
    return len(facts) if table.has_seq else 0


def add(connection: duckdb.DuckDBPyConnection, statement: str, batch: pa.Table) -> int:  # noqa: ARG001
    """Run a statement that reads `batch`. → how many rows it wrote.

    DuckDB finds the table here by its name: to register it and to take it back costs as much as inserting some rows.
    """
    inserted = connection.execute(statement).fetchone()
    return int(inserted[0]) if inserted else 0


def states_after(facts: Sequence[object]) -> list[InstructionState]:
    """What the projection must say after these facts; fields that they do not touch are None and stay as they are."""
    changes: dict[str, dict[str, Any]] = {}
    for fact in facts:
        match fact:
            case Instruction():
                changes.setdefault(fact.id, {}).setdefault("run_status", "waiting" if fact.kind == "evolved" else None)
            case Revision(of="instruction"):
                changes.setdefault(fact.of_id, {})["revision_id"] = fact.id
            case Response():
                changes.setdefault(fact.instruction_id, {})["response_id"] = fact.id
            case Outcome():
                changes.setdefault(fact.instruction_id, {}).update(
                    run_status=fact.status, rule=fact.rule, words_added=fact.words_added
                )
            case Score(kind="difficulty"):
                changes.setdefault(fact.subject_id, {})["difficulty"] = fact.value
    return [InstructionState(id=id_, **change) for id_, change in changes.items()]
