"""Reading lineages: the list of a run's seeds, one tree, one node."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from core.domain.instruction import InstructionState
from core.store.database import Database

# Narrow columns first, then by primary key what a page shows: neither grows with the texts of the project.
_SEEDS = "from instruction where run_id = $run and epoch = 1 and child_number = 0"  # every seed of a run has this child
_BY_STATUS = " and seed_id in (select seed_id from outcome where run_id = $run and list_contains($statuses, status))"
_BY_TEXT = " and seed_id in (select unnest($found::uuid[]))"
_PAGE = " order by position limit $most offset $after"
_COUNT, _IDS = "select count(*) as n ", "select seed_id as id, position "
_STATUSES = {"survivors": ["survived"], "undecided": ["survived"], "eliminated": ["eliminated", "error"]}
_NODES_OF = """select i.seed_id as id, count(*) as nodes, count(*) filter (o.status = 'survived') as survived,
  count(*) filter (o.status in ('eliminated', 'error')) as eliminated, count(*) filter (o.status is null) as open
from instruction i left join outcome o on o.instruction_id = i.id
where i.run_id = ? and i.position between ? and ? group by i.seed_id"""
_MATCHING = "select of_id from revision where of = 'instruction' and contains(lower(text), lower(?))"
_FIRST_WORDS = "select of_id, left(text, 200) as text from revision where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TREE = """select id, parent_id, kind, operation, epoch, depth, child_number, seq from instruction
where seed_id = ? and (run_id = ? or kind = 'seed') order by epoch, child_number"""
_NEWEST = "select max(seq) as seq from outcome where instruction_id in (:ids)"
_INSTRUCTIONS = "select * from instruction where id in (:ids)"
_STATES = "select * from instruction_state where id in (:ids)"
_UNKNOWN = dict.fromkeys(field.name for field in fields(InstructionState))
_REVISIONS = "select id, of_id, text, words from revision where id in (:ids)"
_CHECKS = "select rule, verdict, score, evidence from rule_check where id in (:ids)"
_CALLS = """select c.*, s.name as system_name, s.model from call c left join system s on s.id = c.system_id
where c.id in (:ids)"""
_TASKS = "select id, kind, tries, state from task where id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeds:
    """Some of a run's seeds in the order of import, and how many there are in all."""

    total: int
    rows: tuple[dict[str, Any], ...]


def seeds(database: Database, run_id: str, *, show: str, find: str, most: int, after: int) -> Seeds:
    """A page of a run's seeds with how their nodes stand; `find` keeps those with it in any text of their tree."""
    where = _SEEDS
    asked: dict[str, Any] = {"run": run_id}
    if show in _STATUSES:
        where, asked = where + _BY_STATUS, asked | {"statuses": _STATUSES[show]}
    if find:
        where, asked = where + _BY_TEXT, asked | {"found": _found(database, run_id, find)}
    total = int(database.query(_COUNT + where, asked)[0]["n"])
    page = database.query(_IDS + where + _PAGE, asked | {"most": most, "after": after})
    if not page:
        return Seeds(total=total, rows=())
    counted = database.query(_NODES_OF, [run_id, page[0]["position"], page[-1]["position"]])
    by_seed = {row["id"]: row for row in counted}
    return Seeds(total=total, rows=tuple(by_seed[row["id"]] for row in page))


def _found(database: Database, run_id: str, find: str) -> list[str]:
    matching = {row["of_id"] for row in database.query(_MATCHING, [find])}
    every = database.query("select id, seed_id from instruction where run_id = ? or kind = 'seed'", [run_id])
    return sorted({row["seed_id"] for row in every if row["id"] in matching})


def first_words(database: Database, instruction_ids: Iterable[str]) -> dict[str, str]:
    """The beginning of the current text of each instruction."""
    current = database.query_ids(_CURRENT, instruction_ids)
    return first_words_of(database, [row["revision_id"] for row in current if row["revision_id"]])


def first_words_of(database: Database, revision_ids: Iterable[str]) -> dict[str, str]:
    """The same, where it is known which texts are the current ones."""
    return {row["of_id"]: row["text"] for row in database.query_ids(_FIRST_WORDS, revision_ids)}


def tree(database: Database, run_id: str, seed_id: str) -> list[dict[str, Any]]:
    """All nodes of one seed in one run with their state, the seed first."""
    return _with_states(database, database.query(_TREE, [seed_id, run_id]))


def tree_version(database: Database, rows: list[dict[str, Any]]) -> int:
    """The newest fact of these nodes that a tree shows."""
    decided = database.query_ids(_NEWEST, [row["id"] for row in rows])
    return max(int(row["seq"] or 0) for row in (*rows, *decided))


def nodes(database: Database, instruction_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Instructions with their state, by id."""
    rows = database.query_ids(_INSTRUCTIONS, instruction_ids)
    return {row["id"]: row for row in _with_states(database, rows)}


def _with_states(database: Database, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two look-ups by primary key: a join would read the whole projection."""
    states = {row["id"]: row for row in database.query_ids(_STATES, [row["id"] for row in rows])}
    return [row | states.get(row["id"], _UNKNOWN | {"id": row["id"]}) for row in rows]


def texts(database: Database, revision_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Revision id → text, words."""
    return {row["id"]: row for row in database.query_ids(_REVISIONS, revision_ids)}


def checks(database: Database, check_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {row["rule"]: row for row in database.query_ids(_CHECKS, check_ids)}


def tasks(database: Database, task_ids: Iterable[str]) -> list[dict[str, Any]]:
    return database.query_ids(_TASKS, task_ids)


def calls(database: Database, call_ids: Iterable[str]) -> list[dict[str, Any]]:
    return sorted(database.query_ids(_CALLS, call_ids), key=lambda row: row["seq"])
