"""Reading lineages: the list of a run's seeds, one tree, one node."""

from collections.abc import Iterable
from typing import Any

from core.store.database import Database

# ids first and texts after: a wide column in the first query would be read for every row
_SEEDS = """select i.seed_id as id, min(i.position) as position, count(*) as nodes,
  count(*) filter (o.status = 'survived') as survived,
  count(*) filter (o.status in ('eliminated', 'error')) as eliminated, count(*) filter (o.status is null) as open
from instruction i left join outcome o on o.instruction_id = i.id
where i.run_id = ? group by i.seed_id
having case ? when 'survivors' then survived > 0 when 'eliminated' then eliminated > 0
       when 'undecided' then survived > 0 else true end
order by position"""
_MATCHING = "select of_id from revision where of = 'instruction' and contains(lower(text), lower(?))"
_FIRST_WORDS = "select of_id, left(text, 200) as text from revision where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TREE = """select i.id, i.parent_id, i.kind, i.operation, i.epoch, i.depth, i.child_number, i.seq,
  t.run_status, t.human_status, t.set_aside, t.revision_id, t.words_added, t.rule
from instruction i left join instruction_state t on t.id = i.id
where i.seed_id = ? and (i.run_id = ? or i.kind = 'seed') order by i.epoch, i.child_number"""
_VERSION = """select greatest(
  coalesce((select max(seq) from outcome where seed_id = ? and run_id = ?), 0), ?) as seq"""
_NODE = """select i.*, t.run_status, t.human_status, t.set_aside, t.revision_id, t.response_id, t.difficulty,
  t.words_added, t.rule
from instruction i left join instruction_state t on t.id = i.id where i.id in (:ids)"""
_REVISIONS = "select id, of_id, text, words from revision where id in (:ids)"
_CHECKS = "select rule, verdict, score, evidence from rule_check where id in (:ids)"
_CALLS = """select c.*, s.name as system_name, s.model from call c left join system s on s.id = c.system_id
where c.id in (:ids)"""
_TASKS = "select id, kind, tries, state from task where id in (:ids)"


def seeds(database: Database, run_id: str, *, show: str, find: str) -> list[dict[str, Any]]:
    """A run's seeds with how their nodes stand, in the order of import; `find` keeps those with it in any text."""
    rows = database.query(_SEEDS, [run_id, show])
    if not find:
        return rows
    matching = {row["of_id"] for row in database.query(_MATCHING, [find])}
    hits = {
        row["seed_id"]
        for row in database.query("select id, seed_id from instruction where run_id = ? or kind = 'seed'", [run_id])
        if row["id"] in matching
    }
    return [row for row in rows if row["id"] in hits]


def first_words(database: Database, instruction_ids: Iterable[str]) -> dict[str, str]:
    """The beginning of the current text of each instruction."""
    current = database.query_ids(_CURRENT, instruction_ids)
    revisions = [row["revision_id"] for row in current if row["revision_id"]]
    return {row["of_id"]: row["text"] for row in database.query_ids(_FIRST_WORDS, revisions)}


def tree(database: Database, run_id: str, seed_id: str) -> list[dict[str, Any]]:
    """All nodes of one seed in one run, the seed first."""
    return database.query(_TREE, [seed_id, run_id])


def tree_version(database: Database, run_id: str, seed_id: str, rows: list[dict[str, Any]]) -> int:
    newest = max((row["seq"] for row in rows), default=0)
    return int(database.query(_VERSION, [seed_id, run_id, newest])[0]["seq"])


def nodes(database: Database, instruction_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in database.query_ids(_NODE, instruction_ids)}


def texts(database: Database, revision_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Revision id → text, words."""
    return {row["id"]: row for row in database.query_ids(_REVISIONS, revision_ids)}


def checks(database: Database, check_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {row["rule"]: row for row in database.query_ids(_CHECKS, check_ids)}


def tasks(database: Database, task_ids: Iterable[str]) -> list[dict[str, Any]]:
    return database.query_ids(_TASKS, task_ids)


def calls(database: Database, call_ids: Iterable[str]) -> list[dict[str, Any]]:
    return sorted(database.query_ids(_CALLS, call_ids), key=lambda row: row["seq"])
