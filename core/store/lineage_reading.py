"""Reading lineages whole: per instruction every fact, found through narrow tables that are made once for an export."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import duckdb

from core.store.database import Database
from core.store.export_reading import Pick, Selection, selected
from core.store.past import Moment
from core.store.rows import MANY, fetched

Row = dict[str, Any]

_SUBJECTS = """create temp table subject as
select seq as k, id from key union all select k.seq, r.id from response r join key k on k.id = r.instruction_id
where r.seq <= $until"""
# Each: the instruction it belongs to (by its seq), and the fact's own seq, by which a page then finds it: a number of the log belongs
# to one fact alone, and facts of one time lie together.
_INDEXES = (
    """create temp table at_responses as select k.seq as k, f.seq
from response f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    """create temp table at_revisions as select s.k, f.seq from revision f join subject s on s.id = f.of_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_tasks as select k.seq as k, f.id, f.run_id, f.kind, f.epoch,
  case f.state when 'claimed' then 'waiting' else f.state end as state, f.tries
from task f join key k on k.id = f.subject_id order by 1, f.kind, f.id""",
    """create temp table at_calls as select t.k, f.seq from call f join at_tasks t on t.id = f.task_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_checks as select k.seq as k, f.seq
from rule_check f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    """create temp table at_scores as select s.k, f.seq from score f join subject s on s.id = f.subject_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_labels as select k.seq as k, f.seq
from label f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    """create temp table at_outcomes as select k.seq as k, f.seq
from outcome f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    # A decision on a bulk belongs to every member, and so does the one that takes it back.
    """create temp table at_decisions as
with reached as (
  select d.seq, d.id, coalesce(d.instruction_id, u.instruction_id) as of_id, coalesce(d.bulk_id, u.bulk_id) as bulk_id
  from decision d left join decision u on u.id = d.undoes_id where d.seq <= $until
)
select k.seq as k, d.seq, d.id, null::uuid as revision_id from reached d join key k on k.id = d.of_id
union all
select k.seq as k, d.seq, d.id, m.revision_id from reached d
join bulk_member m on m.bulk_id = d.bulk_id join key k on k.id = m.instruction_id where d.of_id is null
order by 1, 2""",
    # What stands above an instruction: its ancestors; its seed, with the text that this has now.
    """create temp table at_above as
with above as (select k.seq as k, unnest(i.ancestors) as id from key k join instruction i on i.seq = k.seq)
select a.k, i.seq from above a join instruction i on i.id = a.id order by 1, 2""",
    """create temp table at_seed as select k.seq as k, s.seq, r.seq as text_seq
from key k join instruction i on i.seq = k.seq join instruction s on s.id = i.seed_id
left join instruction_state t on t.id = s.id left join revision r on r.id = t.revision_id order by 1""",
)
_TRIALS = "select id, kind, queue_id from trial where id in (:ids)"
_SHOWN = "select trial_id as id, revision_id from trial_slot where position = 0 and trial_id in (:ids)"
_SOURCES = "select id, name from source"
# Ids as text: made by the database, that costs a third of what it costs here.
_INSTRUCTIONS = """select i.* exclude (seq) replace (i.id::varchar as id, i.seed_id::varchar as seed_id, i.source_id::varchar as source_id,
  i.run_id::varchar as run_id, i.parent_id::varchar as parent_id, i.parent_revision_id::varchar as parent_revision_id,
  i.ancestors::varchar[] as ancestors, i.made_by::varchar as made_by)
from key k join instruction i on i.seq = k.seq where k.seq between ? and ?"""
_TASKS = """select k, id::varchar as id, run_id::varchar as run_id, kind, epoch, state, tries from at_tasks
where k between ? and ? order by k, kind, at_tasks.id"""
_OUTCOMES = """select a.k, f.seq, f.run_id::varchar as run_id, f.status, f.rule, f.words_added, f.received_at
from at_outcomes a join outcome f on f.seq = a.seq where a.k between ? and ? order by 1, 2"""
_PATHS = """select i.id::varchar as id, i.operation, i.epoch from (select distinct seq from at_above where k between ? and ?) a
join instruction i on i.seq = a.seq"""
_SEEDS = """select i.id::varchar as id, i.source_id::varchar as source_id, r.text
from (select distinct seq, text_seq from at_seed where k between ? and ?) a join instruction i on i.seq = a.seq
left join revision r on r.seq = a.text_seq"""
# Each: whose it is, its number, and what the part says of it; oldest first. Tasks stand in their narrow table already.
_FACTS = {
    "responses": """select a.k, f.seq, f.id::varchar as id, f.instruction_revision_id::varchar as instruction_revision_id,
  f.system_id::varchar as system_id, f.call_id::varchar as call_id, f.source_id::varchar as source_id
from at_responses a join response f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    "revisions": """select a.k, f.seq, f.id::varchar as id, f."of", f.of_id::varchar as of_id, f.number, f.text, f.text_hash, f.words, f."by"
from at_revisions a join revision f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    "calls": """select a.k, f.seq, f.* exclude (seq) replace (f.id::varchar as id, f.task_id::varchar as task_id,
  f.run_id::varchar as run_id, f.system_id::varchar as system_id)
from at_calls a join call f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    "checks": """select a.k, f.seq, f.id::varchar as id, f.revision_id::varchar as revision_id, f.response_id::varchar as response_id,
  f.run_id::varchar as run_id, f.rule, f.version, f.verdict, f.score, f.evidence, f.call_id::varchar as call_id
from at_checks a join rule_check f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    "scores": """select a.k, f.seq, f.id::varchar as id, f.subject_id::varchar as subject_id, f.run_id::varchar as run_id, f.epoch, f.kind,
  f.value, f."by", f.call_id::varchar as call_id
from at_scores a join score f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    "labels": """select a.k, f.seq, f.id::varchar as id, f.kind, f.value, f."by"
from at_labels a join label f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
    # Of a bulk each member has the text that it had then.
    "decisions": """select a.k, f.seq, f.* exclude (seq) replace (f.id::varchar as id, f.trial_id::varchar as trial_id,
  f.bulk_id::varchar as bulk_id, f.instruction_id::varchar as instruction_id,
  coalesce(f.revision_id, a.revision_id)::varchar as revision_id, f.undoes_id::varchar as undoes_id)
from at_decisions a join decision f on f.seq = a.seq where a.k between ? and ? order by 1, 2""",
}


def selected_lineage(
    database: Database, pick: Pick, *, moment: Moment | None = None, with_ancestors: bool = True
) -> AbstractContextManager[Selection]:
    """What a lineage takes: these instructions, all that they grew from, and every fact of both, up to the moment."""
    return selected(database, pick, moment=moment, with_ancestors=with_ancestors, also=_index)


def _index(cursor: duckdb.DuckDBPyConnection, until: int) -> None:
    """Note which facts belong to which of the picked instructions."""
    for sql in (_SUBJECTS, *_INDEXES):
        cursor.execute(sql, {"until": until} if "$until" in sql else {})


def lineage_rows(selection: Selection) -> Iterator[Row]:
    """Every picked instruction with all that is known of it, in the order in which they were made."""
    cursor = selection.cursor
    sources = {row["id"]: row["name"] for row in fetched(cursor, _SOURCES)}
    for keys in selection.pages():
        yield from _page(cursor, keys, sources)


def _page(cursor: duckdb.DuckDBPyConnection, keys: list[Row], sources: dict[str, str]) -> Iterator[Row]:
    between = (keys[0]["seq"], keys[-1]["seq"])
    instructions = {row["id"]: row for row in _read(cursor, _INSTRUCTIONS, between)}
    outcomes = _by_instruction(_read(cursor, _OUTCOMES, between))
    tasks = _by_instruction(_read(cursor, _TASKS, between))
    parts = {name: _by_instruction(_read(cursor, sql, between)) for name, sql in _FACTS.items()}
    _add_trials(cursor, [fact for facts in parts["decisions"].values() for fact in facts])
    above = _Above(cursor, between)
    for key in keys:
        at = key["seq"]
        facts = {name: found[at] for name, found in parts.items()}
        numbers = {name: [fact.pop("seq") for fact in found] for name, found in facts.items()}
        outcome = next(iter(outcomes[at]), None)
        place = {"seq": at, "outcome": outcome.pop("seq") if outcome else None, **numbers}
        of = instructions[key["id"]]
        yield _row(key, of, {**facts, "tasks": tasks[at]}, outcome, place) | above.of(of, sources)


def _read(cursor: duckdb.DuckDBPyConnection, sql: str, between: tuple[int, int]) -> Iterator[Row]:
    """Rows whose ids are text already."""
    found = cursor.execute(sql, between)
    names = [column[0] for column in found.description or ()]
    return (dict(zip(names, row, strict=True)) for row in found.fetchall())


def _by_instruction(rows: Iterator[Row]) -> defaultdict[int, list[Row]]:
    """Facts by the instruction that they belong to (its seq), in the order in which they come."""
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.pop("k")].append(row)
    return found


def _add_trials(cursor: duckdb.DuckDBPyConnection, decisions: list[Row]) -> None:
    """What each decision was made on: which kind of trial, out of which queue, with which text on screen."""
    trial_ids = list({row["trial_id"] for row in decisions if row["trial_id"]})
    trials = {row["id"]: row for row in _by_id(cursor, _TRIALS, trial_ids)}
    shown = {row["id"]: row["revision_id"] for row in _by_id(cursor, _SHOWN, trial_ids)}
    for row in decisions:
        trial = trials.get(row["trial_id"], {"kind": None, "queue_id": None})
        row |= {
            "trial_kind": trial["kind"],
            "queue_id": trial["queue_id"],
            "shown_revision_id": shown.get(row["trial_id"]),
        }


def _by_id(cursor: duckdb.DuckDBPyConnection, sql: str, wanted: list[str]) -> list[Row]:
    """By primary key, however many there are."""
    return [row for at in range(0, len(wanted), MANY) for row in fetched(cursor, sql, wanted[at : at + MANY])]


def _row(key: Row, instruction: Row, facts: dict[str, list[Row]], outcome: Row | None, place: Row) -> Row:
    texts = {fact["id"]: fact["text"] for fact in facts["revisions"]}
    calls = facts["calls"]
    costs = [call["cost_usd"] for call in calls if call["cost_usd"] is not None]
    state = ("run_status", "rule", "human_status", "set_aside", "flagged", "difficulty", "words_added", "unready")
    return {
        **{name: key[name] for name in state},
        **{name: value for name, value in instruction.items() if name != "position"},
        **facts,
        "instruction": texts.get(key["revision_id"]),
        "response": texts.get(key["answer_id"]),
        "tokens": sum((call["tokens_in"] or 0) + (call["tokens_out"] or 0) for call in calls),
        "cost_usd": sum(costs) if costs else None,
        "outcome": outcome,
        "place": {"position": instruction["position"], **place},
    }


class _Above:
    """What stands above the instructions of one page: their seeds' texts, their paths, where they came from."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, between: tuple[int, int]) -> None:
        self._seeds = {row["id"]: row for row in _read(cursor, _SEEDS, between)}
        self._path = {row["id"]: row for row in _read(cursor, _PATHS, between)}

    def of(self, row: Row, sources: dict[str, str]) -> Row:
        seed = self._seeds.get(row["seed_id"], {"text": None, "source_id": ""})
        own = {name: row[name] for name in ("id", "operation", "epoch")}
        path = [self._path[id_] for id_ in row["ancestors"] if id_ in self._path]
        return {"seed": seed["text"], "source": sources.get(seed["source_id"]), "path": [*path, own]}
