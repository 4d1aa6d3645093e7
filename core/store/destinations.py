"""What owners said of where the studio connects, and of which key goes there."""

from datetime import datetime

import duckdb

from core.domain.destination import Destination
from core.store.database import Database

_EVERY = 'select origin, what, "by", received_at from destination order by origin, what'
_ALLOW = "insert into destination values (?, ?, ?, ?) on conflict do nothing"
_WITHDRAW = "delete from destination where origin = ?"


def every(installation: Database) -> tuple[Destination, ...]:
    return tuple(Destination(**row) for row in installation.query(_EVERY))


def allow(installation: Database, origin: str, what: tuple[str, ...], by: str, at: datetime) -> None:
    """What was allowed already stays as it was said first."""

    def keep(connection: duckdb.DuckDBPyConnection) -> None:
        for one in what:
            connection.execute(_ALLOW, [origin, one, by, at])

    installation.writer.run(keep)


def withdraw(installation: Database, origin: str) -> None:
    installation.writer.run(lambda connection: connection.execute(_WITHDRAW, [origin]))
