"""The numbered steps that make a file's tables: read from migrations/, applied all or nothing."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import duckdb

_FOLDER = Path(__file__).parent / "migrations"
_TABLE = "create table if not exists migration (number integer primary key, kind varchar not null, applied_at timestamptz not null)"


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """In a new file: where it is kept which steps were taken."""
    connection.execute(_TABLE)


def numbers(kind: str) -> list[int]:
    """The steps that there are for this kind of file."""
    return sorted(_steps(kind))


def migrate(connection: duckdb.DuckDBPyConnection, kind: str, only: Collection[int] | None = None) -> None:
    """Take the steps that are missing, in one transaction. `only`: none but these."""
    done = {row[0] for row in connection.execute("select number from migration").fetchall()}
    steps = _steps(kind)
    missing = [number for number in sorted(steps) if number not in done and (only is None or number in only)]
    if not missing:
        return
    connection.execute("begin")
    for number in missing:
        connection.execute(steps[number].read_text(encoding="utf-8"))
        connection.execute("insert into migration values (?, ?, ?)", [number, kind, datetime.now(UTC)])
    connection.execute("commit")


def _steps(kind: str) -> dict[int, Path]:
    return {int(path.name[:3]): path for path in (_FOLDER / kind).glob("*.sql")}
