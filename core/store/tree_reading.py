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
_WHERE = {  # by status?, by text?
    (False, False): _SEEDS,
    (True, False): _SEEDS + _BY_STATUS,
    (False, True): _SEEDS + _BY_TEXT,
    (True, True): _SEEDS + _BY_STATUS + _BY_TEXT,
}
_PAGE = " and position >= $after order by position limit $most"
_COUNTS = {which: "select count(*) as n " + where for which, where in _WHERE.items()}
_PAGES = {which: "select seed_id as id, position " + where + _PAGE for which, where in _WHERE.items()}
_STATUSES = {"survivors": ["survived"], "undecided": ["survived"], "eliminated": ["eliminated", "error"]}
_NODES_OF = """select i.seed_id as id, count(*) as nodes, count(*) filter (o.status = 'survived') as survived,
  count(*) filter (o.status in ('eliminated', 'error')) as eliminated, count(*) filter (o.status is null) as open
from instruction i left join outcome o on o.instruction_id = i.id
where i.run_id = ? and i.position between ? and ? group by i.seed_id"""
_MATCHING = """select distinct i.seed_id as id from revision r join instruction i on i.id = r.of_id
where r.of = 'instruction' and contains(lower(r.text), lower(?)) and (i.run_id = ? or i.kind = 'seed')"""
_FIRST_WORDS = "select of_id, left(text, 200) as text from revision where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TREE = """select id, parent_id, kind, operation, epoch, depth, child_number, seq from instruction
where seed_id = ? and (run_id = ? or kind = 'seed') order by epoch, child_number"""
_NEWEST = "select max(seq) as seq from outcome where instruction_id in (:ids)"
_INSTRUCTIONS = """select id, seed_id, parent_id, parent_revision_id, ancestors, epoch, depth, operation
from instruction where id in (:ids)"""
_STATES = "select * from instruction_state where id in (:ids)"
_UNKNOWN = dict.fromkeys(field.name for field in fields(InstructionState))
_REVISIONS = "select id, of_id, text, words from revision where id in (:ids)"
_CHECKS = "select rule, verdict, score, evidence from rule_check where id in (:ids)"
_CALLS = """select id, seq, system_id, kind, request, reply, finish_reason, tokens_in, tokens_out, cost_usd, latency_ms,
  error_kind, error_detail, started_at
from call where id in (:ids)"""
_SYSTEMS = "select id, name as system_name, model from system where id in (:ids)"
_TASKS = "select id, kind, tries, state from task where id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeds:
    """Some of a run's seeds in the order of import, how many there are in all, and where the next page begins."""

    total: int
    rows: tuple[dict[str, Any], ...]
    next: int | None


def seeds(database: Database, run_id: str, *, show: str, find: str, most: int, after: int) -> Seeds:
    """A page of a run's seeds from the position `after` on, with how their nodes stand.

    `find` keeps those that have it in any text of their tree.
    """
    asked: dict[str, Any] = {"run": run_id}
    if show in _STATUSES:
        asked["statuses"] = _STATUSES[show]
    if find:
        asked["found"] = [row["id"] for row in database.query(_MATCHING, [find, run_id])]
    which = ("statuses" in asked, "found" in asked)
    total = int(database.query(_COUNTS[which], asked)[0]["n"])
    page = database.query(_PAGES[which], asked | {"most": most + 1, "after": after})
    beyond = page[most]["position"] if len(page) > most else None
    return Seeds(total=total, rows=_counted(database, run_id, page[:most]), next=beyond)


def _counted(database: Database, run_id: str, page: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    if not page:
        return ()
    counts = database.query(_NODES_OF, [run_id, page[0]["position"], page[-1]["position"]])
    by_seed = {row["id"]: row for row in counts}
    return tuple(by_seed[row["id"]] for row in page)


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
    """Calls in their order, each with the name and the model of the system that was asked."""
    rows = database.query_ids(_CALLS, call_ids)
    systems = {row["id"]: row for row in database.query_ids(_SYSTEMS, {row["system_id"] for row in rows})}
    named = [systems.get(row["system_id"], {"system_name": "", "model": ""}) | row for row in rows]
    return sorted(named, key=lambda row: row["seq"])
