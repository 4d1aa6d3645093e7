"""Whether a file is sound: what its log says of itself, what refers to nothing, and whether every row can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from core.errors import ProjectDamaged
from core.store import row_sums
from core.store.backing_up import Wakes, head
from core.store.database import Database
from core.store.project_places import last_work

_LOOSE = "select what, n from loose_end where n > 0 order by what"


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """A project's file in a few numbers. `log_bytes`: of the write-ahead log beside it. `last_work`: the newest time in it."""

    migration: int
    seq: int
    n_bytes: int
    log_bytes: int
    last_work: datetime | None


def about(database: Database) -> About:
    _, migration, seq = head(database)
    log = database.path.with_name(database.path.name + ".wal")
    return About(
        migration=migration, seq=seq, n_bytes=database.path.stat().st_size, last_work=last_work(database),
        log_bytes=log.stat().st_size if log.exists() else 0,
    )  # fmt: skip


def loose_ends(database: Database) -> dict[str, int]:
    """What refers to something that is not there: how often, by what it is."""
    return {str(row["what"]): int(row["n"]) for row in database.query(_LOOSE)}


def read_every_row(database: Database, work: Wakes, tell: Callable[[str], None]) -> int:
    """Read every value of every table, as of one moment. → how many rows. ProjectDamaged if some cannot be read.

    DuckDB knows by its checksums whether a block is what was written. `tell` hears each table's name before it is read.
    """
    rows = 0
    with database.cursor() as cursor:
        work.when_stopped(cursor.interrupt)
        try:
            cursor.execute(row_sums.IN_UTC)
            cursor.execute("begin")
            name = str(cursor.execute("select current_database()").fetchall()[0][0])
            for table in row_sums.tables(cursor, name):
                tell(table)
                rows += row_sums.of_table(cursor, name, table).rows
            cursor.execute("commit")
        except duckdb.InterruptException:
            return rows
        except duckdb.Error as error:
            raise ProjectDamaged(
                f"Not every row can be read ({str(error).splitlines()[0][:200]})",
                where=str(database.path),
                to_do="Restore the newest backup that can be.",
            ) from error
        finally:
            work.when_stopped(lambda: None)
    return rows
