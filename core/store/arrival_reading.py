"""Reading what came into a project: every import, whatever it was, and what became of it."""

from typing import Any

from core.store.database import Database

_SOURCE = """select s.id, s.kind, s.name, s.licence, s.taken, s.merged, s.refused, s.received_at, s."by",
  coalesce(p.name, s."by") as by_name, coalesce(e.kind, '') as became
from source s left join person p on p.id = s."by"
left join (select source_id, arg_max(kind, seq) as kind from source_event group by source_id) e on e.source_id = s.id"""
_EVERY = _SOURCE + " order by s.seq desc limit ?"
_ONE = _SOURCE + " where s.id = ?"


def every(database: Database, most: int) -> list[dict[str, Any]]:
    """Newest first: id, kind, name, licence, taken, merged, refused, received_at, by, by_name, became (of SourceEventKind, or "")."""
    return database.query(_EVERY, [most])


def one(database: Database, source_id: str) -> dict[str, Any] | None:
    return next(iter(database.query(_ONE, [source_id])), None)
