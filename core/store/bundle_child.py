"""Takes the rows of a project's file that somebody else made: `python -m core.store.bundle_child SOURCE TARGET`.

A database file can do more than hold rows (its views can read files), and a damaged one can end the process that reads it. So
nothing of it is kept but its tables' rows, in a new file with tables of our own making; and it is read by a process of its own
that may open no other file.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from core.lifeline import end_with_the_app
from core.store import migrating, row_sums
from core.store.children import REFUSED
from core.store.memory import limit_of
from core.store.row_sums import quoted as _quoted

_CLOSED = (row_sums.IN_UTC, "set enable_external_access = false", "set lock_configuration = true")
_KINDS = ("project", "installation")
_DONE = "select kind, number from came.main.migration"
_COLUMNS = """select table_name, column_name, data_type from duckdb_columns()
where database_name = ? and not internal and table_name in (select table_name from duckdb_tables() where database_name = ?)
order by table_name, column_index"""


class Refused(Exception):
    """What is wrong with the file."""


def main(source: str, target: str) -> int:
    end_with_the_app()
    try:
        with taken(Path(source), Path(target), "project"):
            pass
    except (Refused, duckdb.Error) as error:
        sys.stderr.write(str(error).splitlines()[0][:300])
        return REFUSED
    return 0


@contextmanager
def taken(source: Path, target: Path, kind: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the file `source` as "came" and its rows in our own tables as "made", the file `target`.

    `kind`: of which kind it must be; "" for either.
    """
    spill = str(target.with_suffix(".tmp"))
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": limit_of(source),
        "temp_directory": spill,
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("attach ? as came (read_only)", [str(source)])
        connection.execute("attach ? as made", [str(target)])
        for statement in _CLOSED:
            connection.execute(statement)
        _take(connection, kind)
        yield connection
        connection.execute("checkpoint made")


def _take(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    done = connection.execute(_DONE).fetchall()
    kinds, numbers = {found for found, _ in done}, {number for _, number in done}
    kind = kind or next(iter(kinds & set(_KINDS)), _KINDS[0])
    if kinds != {kind}:
        raise Refused(f"it is no {kind} of the studio")
    if not numbers <= set(migrating.numbers(kind)):
        raise Refused("a newer studio made it")
    connection.execute("use made")
    migrating.begin(connection)
    migrating.migrate(connection, kind, numbers)
    if _columns(connection, "made") != _columns(connection, "came"):
        raise Refused(f"its tables are not those of {'a' if kind == 'project' else 'an'} {kind}")
    for name in row_sums.tables(connection, "made"):  # what the steps put in by themselves comes with the rows
        connection.execute(f"truncate {_quoted(name)}")
    connection.execute("copy from database came to made (data)")


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str, str]]:
    return connection.execute(_COLUMNS, [name, name]).fetchall()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
