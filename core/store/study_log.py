"""Studies: made, designed, filled, opened and closed. What may be done in which state is asked in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import duckdb

from core.domain.call import Call
from core.domain.instruction import Instruction, InstructionState, Response, Revision
from core.domain.project import Audit
from core.domain.source import Source
from core.domain.study import (
    Candidate,
    Criterion,
    Rater,
    Study,
    StudyDesign,
    StudyDesignSaved,
    StudyEvent,
    StudyPrompt,
    StudyState,
    StudyTask,
)
from core.domain.system import System
from core.errors import BadInput
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts, states_after

# Clearings come first: what they clear is older than what is added with them.
_ORDER = (
    Study, StudyDesignSaved, StudyEvent, Source, System, Instruction, Revision, Call, Response, StudyPrompt, Candidate, Rater, Audit,
)  # fmt: skip
_STATE = "select state from study_now where id = ?"
_STATE_WORDS: Mapping[StudyState, str] = {
    StudyState.DRAFT: "The study has not been opened yet",
    StudyState.PILOT: "The study's pilot is going",
    StudyState.OPENED: "The study is open",
    StudyState.CLOSED: "The study is closed",
}


def write(database: Database, study_id: str, facts: Sequence[object], *, only_in: Sequence[StudyState] = ()) -> None:
    """Commit these facts of a study together: all or none. BadInput if it is in none of the states `only_in` (none: any)."""

    def add(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        if only_in:
            _require(_state(connection, study_id), only_in)
        used = 0
        for kind in _ORDER:
            used += insert_facts(connection, kind, [fact for fact in facts if type(fact) is kind], seq + used)
        insert_facts(connection, InstructionState, states_after(list(facts)), seq)
        return used

    unknown = {type(fact) for fact in facts} - set(_ORDER)
    if unknown:
        raise TypeError(f"no facts of a study: {unknown}")
    database.writer.run_numbered(add, by_person=True)


def require_draft(state: StudyState) -> None:
    """BadInput for a study that was opened, before much work is done for nothing; `write` asks again."""
    _require(state, (StudyState.DRAFT,))


def _require(state: StudyState, only_in: Sequence[StudyState]) -> None:
    if state in only_in:
        return
    may_be_copied = tuple(only_in) == (StudyState.DRAFT,)
    raise BadInput(
        _STATE_WORDS[state],
        to_do="What people judge is not changed: make a new version." if may_be_copied else "Reload the page.",
    )


def _state(connection: duckdb.DuckDBPyConnection, study_id: str) -> StudyState:
    return next((StudyState(row["state"]) for row in fetched(connection, _STATE, None, study_id)), StudyState.DRAFT)


def design_as_json(design: StudyDesign) -> str:
    """A design as it is kept."""
    return json.dumps(asdict(design), ensure_ascii=False, sort_keys=True)


def design_from_json(text: str) -> StudyDesign:
    """The design again; fields that this studio does not know are left out."""
    said: dict[str, Any] = json.loads(text)
    known = {one.name for one in fields(StudyDesign)}
    kept = {name: value for name, value in said.items() if name in known}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    if "criteria" in values:
        values["criteria"] = tuple(Criterion(**one) for one in values["criteria"])
    if "task" in values:
        values["task"] = StudyTask(values["task"])
    return StudyDesign(**values)
