"""Prompt packs as a project's runs kept them."""

import json

from core.domain.prompt_pack import PackUse
from core.store.database import Database

_OF_RUN = """select p.files from prompt_pack p
where p.hash = (select pack_hash from instruction where run_id = ? and pack_hash is not null limit 1)"""
_FILES = "select files from prompt_pack where hash = ?"
_HASHES = "select hash from prompt_pack where name = ?"
_USED = """select i.pack_hash as hash, coalesce(p.name, '') as name, r.id as run_id, r.number as run_number, r.name as run_name, i.n as instructions
from (select run_id, pack_hash, count(*) as n from instruction where pack_hash is not null group by all) i
join run r on r.id = i.run_id left join prompt_pack p on p.hash = i.pack_hash order by r.number desc"""


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
