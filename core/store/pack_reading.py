"""Prompt packs as a project's runs kept them."""

import json
from collections.abc import Iterable
from typing import Any

from core.domain.instruction import RunStatus
from core.domain.prompt_pack import PackUse
from core.store.database import Database

_OF_RUN = """select p.files from prompt_pack p
where p.hash = (select pack_hash from instruction where run_id = ? and pack_hash is not null limit 1)"""
_FILES = "select files from prompt_pack where hash = ?"
_HASHES = "select hash from prompt_pack where name = ?"
_USED = """select i.pack_hash as hash, coalesce(p.name, '') as name, r.id as run_id, r.number as run_number, r.name as run_name, i.n as instructions
from (select run_id, pack_hash, count(*) as n from instruction where pack_hash is not null group by all) i
join run r on r.id = i.run_id left join prompt_pack p on p.hash = i.pack_hash order by r.number desc"""

# Two runs of the same seeds and the same chance stand in the same places: there the same operation was drawn.
_PLACES = """with l as (select id, seed_id, epoch, child_number, position, operation from instruction where run_id = $left),
r as (select id, seed_id, epoch, child_number, position, operation from instruction where run_id = $right)
select seed_id, epoch, child_number, coalesce(l.position, r.position) as position, coalesce(l.operation, r.operation) as operation, l.id as left_id, r.id as right_id
from l full join r using (seed_id, epoch, child_number) order by position, seed_id, epoch, child_number limit $most offset $offset"""
_SIDES = """select i.id, i.parent_id, s.run_status, s.rule, s.words_added, s.difficulty, s.revision_id, p.revision_id as parent_revision_id
from instruction i join instruction_state s on s.id = i.id join instruction_state p on p.id = i.parent_id where i.id in (:ids)"""
_TEXTS = "select id, text from revision where id in (:ids)"
_SEEDS = "select s.id, r.text from instruction_state s join revision r on r.id = s.revision_id where s.id in (:ids)"
_MADE = "select count(*) as n from instruction where run_id = ?"
_BOTH = """select lo.status as first, ro.status as second, count(*) as n
from instruction l join instruction r using (seed_id, epoch, child_number)
join outcome lo on lo.instruction_id = l.id join outcome ro on ro.instruction_id = r.id
where l.run_id = $left and r.run_id = $right group by all"""


def files_of_run(database: Database, run_id: str) -> dict[str, str]:
    """File name → text of the pack that a run began with; {} if it has made nothing yet."""
    found = database.query(_OF_RUN, [run_id])
    return dict(json.loads(found[0]["files"])) if found else {}


def files(database: Database, hash_: str) -> dict[str, str] | None:
    """File name → text of a version that a run used."""
    found = database.query(_FILES, [hash_])
    return dict(json.loads(found[0]["files"])) if found else None


def hashes(database: Database, name: str) -> list[str]:
    """The versions that runs used under a name."""
    return [str(row["hash"]) for row in database.query(_HASHES, [name])]


def used(database: Database) -> list[PackUse]:
    """Which run asked with which version, newest run first."""
    return [PackUse(**row) for row in database.query(_USED)]


def places(database: Database, left: str, right: str, *, most: int, offset: int) -> list[dict[str, Any]]:
    """Where two runs have children, in the order of their seeds, with the ids on both sides (None where one has none)."""
    return database.query(_PLACES, {"left": left, "right": right, "most": most, "offset": offset})


def children(database: Database, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """How children stand, with their texts and their parents', by id."""
    found = {row["id"]: row for row in database.query_ids(_SIDES, ids)}
    wanted = {row[name] for row in found.values() for name in ("revision_id", "parent_revision_id")} - {None}
    texts = {row["id"]: row["text"] for row in database.query_ids(_TEXTS, wanted)}
    for row in found.values():
        row["text"], row["parent_text"] = texts.get(row["revision_id"], ""), texts.get(row["parent_revision_id"], "")
    return found


def both(database: Database, left: str, right: str) -> dict[tuple[RunStatus, RunStatus], int]:
    """How often a place ended so in one run and so in the other; only where both have an outcome."""
    rows = database.query(_BOTH, {"left": left, "right": right})
    return {(RunStatus(row["first"]), RunStatus(row["second"])): row["n"] for row in rows}


def seed_texts(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """What the seeds say, by id."""
    return {row["id"]: row["text"] for row in database.query_ids(_SEEDS, ids)}


def made(database: Database, run_id: str) -> int:
    """How many children a run has drawn."""
    return int(database.query(_MADE, [run_id])[0]["n"])
