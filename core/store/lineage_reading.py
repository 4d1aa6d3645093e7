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
# Each: the instruction it belongs to (by its seq), the fact's own seq, its id.
_INDEXES = (
    """create temp table at_responses as select k.seq as k, f.seq, f.id
from response f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    """create temp table at_revisions as select s.k, f.seq, f.id from revision f join subject s on s.id = f.of_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_tasks as select k.seq as k, 0 as seq, f.id, f.run_id, f.kind, f.epoch,
  case f.state when 'claimed' then 'waiting' else f.state end as state, f.tries
from task f join key k on k.id = f.subject_id order by 1, f.kind, f.id""",
    """create temp table at_calls as select t.k, f.seq, f.id from call f join at_tasks t on t.id = f.task_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_checks as select k.seq as k, f.seq, f.id
from rule_check f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
    """create temp table at_scores as select s.k, f.seq, f.id from score f join subject s on s.id = f.subject_id
where f.seq <= $until order by 1, 2""",
    """create temp table at_labels as select k.seq as k, f.seq, f.id
from label f join key k on k.id = f.instruction_id where f.seq <= $until order by 1, 2""",
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
)
_INSTRUCTIONS = "select * exclude (seq) from instruction where id in (:ids)"
_PATHS = "select id, operation, epoch from instruction where id in (:ids)"
_ORIGINS = "select id, source_id from instruction where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TEXTS = "select id, text from revision where id in (:ids)"
_OUTCOMES = "select instruction_id as id, seq, run_id, status, rule, words_added, received_at from outcome where instruction_id in (:ids)"
_TRIALS = "select id, kind, queue_id from trial where id in (:ids)"
_SHOWN = "select trial_id as id, revision_id from trial_slot where position = 0 and trial_id in (:ids)"
_SOURCES = "select id, name from source"
# What each part reads of its facts, by their ids; tasks stand in their narrow table already.
# Ids as text: made by the database, that costs a third of what it costs here.
_FACTS = {
    "responses": """select id::varchar as id, instruction_revision_id::varchar as instruction_revision_id,
  system_id::varchar as system_id, call_id::varchar as call_id, source_id::varchar as source_id from response where id in (:ids)""",
    "revisions": """select id::varchar as id, "of", of_id::varchar as of_id, number, text, text_hash, words, "by" from revision
where id in (:ids)""",
    "calls": """select * exclude (seq) replace (id::varchar as id, task_id::varchar as task_id, run_id::varchar as run_id,
  system_id::varchar as system_id) from call where id in (:ids)""",
    "checks": """select id::varchar as id, revision_id::varchar as revision_id, response_id::varchar as response_id,
  run_id::varchar as run_id, rule, version, verdict, score, evidence, call_id::varchar as call_id from rule_check where id in (:ids)""",
    "scores": """select id::varchar as id, subject_id::varchar as subject_id, run_id::varchar as run_id, epoch, kind, value, "by",
  call_id::varchar as call_id from score where id in (:ids)""",
    "labels": 'select id::varchar as id, kind, value, "by" from label where id in (:ids)',
    "decisions": "select * exclude (seq) from decision where id in (:ids)",
}
_PLACES = {
    "responses": "select k, seq, id::varchar as id from at_responses where k between ? and ?",
    "revisions": "select k, seq, id::varchar as id from at_revisions where k between ? and ?",
    "calls": "select k, seq, id::varchar as id from at_calls where k between ? and ?",
    "checks": "select k, seq, id::varchar as id from at_checks where k between ? and ?",
    "scores": "select k, seq, id::varchar as id from at_scores where k between ? and ?",
    "labels": "select k, seq, id::varchar as id from at_labels where k between ? and ?",
    "decisions": "select * from at_decisions where k between ? and ?",
}
_TASKS = "select * exclude (seq) from at_tasks where k between ? and ?"


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
        yield from _page(cursor, keys, sources, selection.as_of_seq)


def _page(cursor: duckdb.DuckDBPyConnection, keys: list[Row], sources: dict[str, str], until: int) -> Iterator[Row]:
    between = (keys[0]["seq"], keys[-1]["seq"])
    wanted = [key["id"] for key in keys]
    instructions = {row["id"]: row for row in _by_id(cursor, _INSTRUCTIONS, wanted)}
    outcomes = {row["id"]: row for row in _by_id(cursor, _OUTCOMES, wanted) if row["seq"] <= until}
    parts = {name: _part(cursor, name, between) for name in _FACTS}
    tasks: dict[int, list[Row]] = defaultdict(list)
    for task in fetched(cursor, _TASKS, None, *between):
        tasks[task.pop("k")].append(task)
    above = _Above(cursor, instructions)
    for key in keys:
        facts = {name: [fact for _, fact in found[key["seq"]]] for name, found in parts.items()}
        numbers = {name: [seq for seq, _ in found[key["seq"]]] for name, found in parts.items()}
        outcome = outcomes.get(key["id"])
        place = {"seq": key["seq"], "outcome": outcome["seq"] if outcome else None, **numbers}
        yield _row(key, instructions[key["id"]], {**facts, "tasks": tasks[key["seq"]]}, outcome, place) | above.of(
            instructions[key["id"]], sources
        )


def _by_id(cursor: duckdb.DuckDBPyConnection, sql: str, wanted: list[str]) -> list[Row]:
    """By primary key, however many there are."""
    return [row for at in range(0, len(wanted), MANY) for row in fetched(cursor, sql, wanted[at : at + MANY])]


def _part(
    cursor: duckdb.DuckDBPyConnection, name: str, between: tuple[int, int]
) -> defaultdict[int, list[tuple[int, Row]]]:
    """One part of a page: instruction (by its seq) → its facts with their numbers, oldest first."""
    places = fetched(cursor, _PLACES[name], None, *between)
    facts = {row["id"]: row for row in _by_id(cursor, _FACTS[name], list({place["id"] for place in places}))}
    if name == "decisions":
        _add_trials(cursor, facts)
    found: defaultdict[int, list[tuple[int, Row]]] = defaultdict(list)
    for place in places:
        fact = dict(facts[place["id"]])
        if name == "decisions" and fact["revision_id"] is None:
            fact["revision_id"] = place["revision_id"]  # of a bulk, each member's
        found[place["k"]].append((place["seq"], fact))
    return found


def _add_trials(cursor: duckdb.DuckDBPyConnection, decisions: dict[str, Row]) -> None:
    """What each decision was made on: which kind of trial, out of which queue, with which text on screen."""
    trial_ids = list({row["trial_id"] for row in decisions.values() if row["trial_id"]})
    trials = {row["id"]: row for row in _by_id(cursor, _TRIALS, trial_ids)}
    shown = {row["id"]: row["revision_id"] for row in _by_id(cursor, _SHOWN, trial_ids)}
    for row in decisions.values():
        trial = trials.get(row["trial_id"], {"kind": None, "queue_id": None})
        row |= {
            "trial_kind": trial["kind"],
            "queue_id": trial["queue_id"],
            "shown_revision_id": shown.get(row["trial_id"]),
        }


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
        "outcome": {name: outcome[name] for name in outcome if name not in ("id", "seq")} if outcome else None,
        "place": {"position": instruction["position"], **place},
    }


class _Above:
    """What stands above the instructions of one page: their seeds' texts, their paths, where they came from."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, instructions: dict[str, Row]) -> None:
        seeds = list({row["seed_id"] for row in instructions.values()})
        current = {row["id"]: row["revision_id"] for row in _by_id(cursor, _CURRENT, seeds) if row["revision_id"]}
        texts = {row["id"]: row["text"] for row in _by_id(cursor, _TEXTS, list(current.values()))}
        self._seeds = {id_: texts[revision] for id_, revision in current.items()}
        self._sources = {row["id"]: row["source_id"] for row in _by_id(cursor, _ORIGINS, seeds)}
        ancestors = list({id_ for row in instructions.values() for id_ in row["ancestors"]})
        self._path = {row["id"]: row for row in _by_id(cursor, _PATHS, [*ancestors, *instructions])}

    def of(self, row: Row, sources: dict[str, str]) -> Row:
        path = [self._path[id_] for id_ in (*row["ancestors"], row["id"]) if id_ in self._path]
        source = sources.get(self._sources.get(row["seed_id"], ""))
        return {"seed": self._seeds.get(row["seed_id"]), "source": source, "path": path}
