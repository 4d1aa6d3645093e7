"""Prompt packs that people made, as the installation keeps them: contents by hash, and what became of each name."""

import json
from collections.abc import Mapping
from datetime import datetime

import duckdb

from core.domain.prompt_pack import PackEvent
from core.store.database import Database

_NAMES = "select name from prompt_pack_now where act = 'saved' order by name"
_EVENTS = 'select name, act, hash, from_hash, "by", received_at from prompt_pack_event where name = ? order by seq desc'
_OF_HASH = """select name, act, hash, from_hash, "by", received_at from prompt_pack_event
where hash = ? and act = 'saved' order by seq limit 1"""
_FILES = "select files from prompt_pack where hash = ?"
_KEEP = "insert into prompt_pack values (?, ?) on conflict do nothing"
_SAY = "insert into prompt_pack_event select coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ? from prompt_pack_event"


def names(database: Database) -> list[str]:
    """Of the packs that are not removed."""
    return [str(row["name"]) for row in database.query(_NAMES)]


def events(database: Database, name: str) -> list[PackEvent]:
    """What became of a name, newest first; [] for one that never was."""
    return [PackEvent(**row) for row in database.query(_EVENTS, [name])]


def first_save(database: Database, hash_: str) -> PackEvent | None:
    """How a content came about."""
    found = database.query(_OF_HASH, [hash_])
    return PackEvent(**found[0]) if found else None


def files(database: Database, hash_: str) -> dict[str, str] | None:
    """File name → text of a version, whether its name is still in use or not."""
    found = database.query(_FILES, [hash_])
    return dict(json.loads(found[0]["files"])) if found else None


def save(
    database: Database,
    *,
    name: str,
    hash_: str,
    files: Mapping[str, str],
    from_hash: str | None,
    by: str,
    now: datetime,
) -> None:
    """Another version under a name."""
    content = json.dumps(dict(files), ensure_ascii=False)

    def act(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(_KEEP, [hash_, content])
        connection.execute(_SAY, [name, "saved", hash_, from_hash, by, now])

    database.writer.run(act)


def remove(database: Database, *, name: str, hash_: str, by: str, now: datetime) -> None:
    """The name is free again; its versions stay."""
    gone = [name, "removed", hash_, None, by, now]
    database.writer.run(lambda connection: connection.execute(_SAY, gone))
