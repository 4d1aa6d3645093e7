"""Reading lineages: the list of a run's seeds, one tree, one node."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from core.domain import ids
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
_MATCHING = """select i.seed_id as id, count(distinct i.id) as n, list(i.id order by i.epoch, i.child_number)[:3] as first
from revision r join instruction i on i.id = r.of_id
where r.of = 'instruction' and contains(lower(r.text), lower(?)) and (i.run_id in (?, ?) or i.kind = 'seed')
group by i.seed_id"""
_FOUND_AMONG = """with part as (select of_id, text from revision where id in (:ids))
select of_id as id from part where contains(lower(text), lower(?))"""
_AROUND = """with part as (select of_id, text from revision where id in (:ids)), asked as (select lower(?) as find)
select of_id, substr(text, greatest(1, strpos(lower(text), find) - 40)::bigint, 220) as text,
  strpos(lower(text), find) > 41 as is_cut from part, asked"""
_RUNS_OF_SEED = """select i.run_id as run, r.number, r.name, count(*) + 1 as nodes,
  count(*) filter (o.status = 'survived') as survived
from instruction i join run r on r.id = i.run_id left join outcome o on o.instruction_id = i.id
where i.seed_id = ? group by all order by r.number"""
_FIRST_WORDS = "select of_id, left(text, 200) as text from revision where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TREE = """select id, run_id, parent_id, parent_revision_id, kind, operation, epoch, depth, child_number, seq from instruction
where seed_id = ? and (run_id in (?, ?) or kind = 'seed') order by epoch, child_number, seq"""
_NEWEST = "select max(seq) as seq from outcome where instruction_id in (:ids)"
_NEWEST_TEXT = "select max(seq) as seq from revision where id in (:ids)"
_INSTRUCTIONS = """select id, run_id, seed_id, parent_id, parent_revision_id, ancestors, epoch, depth, operation, data_format,
  position
from instruction where id in (:ids)"""
_STATES = "select * from instruction_state where id in (:ids)"
_UNKNOWN = dict.fromkeys(field.name for field in fields(InstructionState))
_REVISIONS = "select id, of_id, text, words from revision where id in (:ids)"
_CHECKS = "select id, rule, verdict, score, evidence from rule_check where id in (:ids)"
_CALLS = """select id, seq, system_id, kind, request, reply, finish_reason, tokens_in, tokens_out, cost_usd, latency_ms,
  error_kind, error_detail, started_at
from call where id in (:ids)"""
_SYSTEMS = "select id, name as system_name, model from system where id in (:ids)"
_TASKS = "select id, kind, tries, state from task where id in (:ids)"
_HINTS = """select l.value as hint, coalesce(p.name, l.by) as name, l.by from label l left join person p on p.id = l.by
where l.id in (:ids)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeds:
    """Some of a run's seeds in the order of import, how many there are in all, and where the next page begins.

    `found`: seed id → how many of its nodes have what was looked for, and the ids of the first few.
    """

    total: int
    rows: tuple[dict[str, Any], ...]
    next: int | None
    found: dict[str, dict[str, Any]]


def seeds(database: Database, run_id: str, *, show: str, find: str, most: int, after: int) -> Seeds:
    """A page of a run's seeds from the position `after` on, with how their nodes stand.

    `find` keeps those that have it in any text of their tree.
    """
    asked: dict[str, Any] = {"run": run_id}
    if show in _STATUSES:
        asked["statuses"] = _STATUSES[show]
    found: dict[str, dict[str, Any]] = {}
    if find:
        matching = database.query(_MATCHING, [find, run_id, ids.by_hand_id(run_id)])
        found = {row["id"]: row for row in matching}
        asked["found"] = list(found)
    which = ("statuses" in asked, "found" in asked)
    total = int(database.query(_COUNTS[which], asked)[0]["n"])
    page = database.query(_PAGES[which], asked | {"most": most + 1, "after": after})
    beyond = page[most]["position"] if len(page) > most else None
    return Seeds(total=total, rows=_counted(database, run_id, page[:most]), next=beyond, found=found)


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
    """All nodes of one seed in one run with their state, the seed first; also what people asked for in that tree."""
    return _with_states(database, database.query(_TREE, [seed_id, run_id, ids.by_hand_id(run_id)]))


def tree_version(database: Database, rows: list[dict[str, Any]]) -> int:
    """The newest fact of these nodes that a tree shows."""
    decided = database.query_ids(_NEWEST, [row["id"] for row in rows])
    worded = database.query_ids(_NEWEST_TEXT, [row["revision_id"] for row in rows if row["revision_id"]])
    return max(int(row["seq"] or 0) for row in (*rows, *decided, *worded))


def found_among(database: Database, revision_ids: Iterable[str], find: str) -> list[str]:
    """The instructions whose text has `find`, whatever its case."""
    return [row["id"] for row in database.query_ids(_FOUND_AMONG, revision_ids, [find])]


def around(database: Database, instruction_ids: Iterable[str], find: str) -> dict[str, dict[str, Any]]:
    """Instruction id → the part of its current text around the first place of `find`; `is_cut`: more stands before."""
    current = database.query_ids(_CURRENT, instruction_ids)
    revisions = [row["revision_id"] for row in current if row["revision_id"]]
    return {row["of_id"]: row for row in database.query_ids(_AROUND, revisions, [find])}


def runs_of_seed(database: Database, seed_id: str) -> list[dict[str, Any]]:
    """The runs that grew this seed, oldest first, with how far it came in each."""
    return database.query(_RUNS_OF_SEED, [seed_id])


def hint(database: Database, instruction_id: str) -> dict[str, Any] | None:
    """Who asked for this instruction by hand, and with which hint; None if nobody did."""
    found = database.query_ids(_HINTS, [ids.label_id(instruction_id, "hint", "hand")])
    return found[0] if found else None


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


def checks_by_id(database: Database, check_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The same for several instructions."""
    return {row["id"]: row for row in database.query_ids(_CHECKS, check_ids)}


def tasks(database: Database, task_ids: Iterable[str]) -> list[dict[str, Any]]:
    return database.query_ids(_TASKS, task_ids)


def calls(database: Database, call_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Calls in their order, each with the name and the model of the system that was asked."""
    rows = database.query_ids(_CALLS, call_ids)
    systems = {row["id"]: row for row in database.query_ids(_SYSTEMS, {row["system_id"] for row in rows})}
    named = [systems.get(row["system_id"], {"system_name": "", "model": ""}) | row for row in rows]
    return sorted(named, key=lambda row: row["seq"])
