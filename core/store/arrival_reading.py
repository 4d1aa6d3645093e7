"""Reading what came into a project: every import, whatever it was."""

from typing import Any

from core.store.database import Database

_EVERY = """select s.id, s.kind, s.name, s.licence, s.taken, s.merged, s.refused, s.received_at, coalesce(p.name, s."by") as by_name
from source s left join person p on p.id = s."by" order by s.seq desc limit ?"""


def every(database: Database, most: int) -> list[dict[str, Any]]:
    """Newest first: id, kind, name, licence, taken, merged, refused, received_at, by_name."""
    return database.query(_EVERY, [most])
