"""Takes the rows of a project's file that somebody else made: `python -m core.store.bundle_child SOURCE TARGET`.

A database file can do more than hold rows (its views can read files), and a damaged one can end the process that reads it. So
nothing of it is kept but its tables' rows, in a new file with tables of our own making; and it is read by a process of its own
that may open no other file.
"""

import sys
from pathlib import Path

import duckdb

from core.store import migrating
from core.store.bundling import REFUSED

_CLOSED = ("set enable_external_access = false", "set lock_configuration = true")
_DONE = "select kind, number from came.main.migration"
_COLUMNS = """select table_name, column_name, data_type from duckdb_columns()
where database_name = ? and not internal and table_name in (select table_name from duckdb_tables() where database_name = ?)
order by table_name, column_index"""


class _Refused(Exception):
    """What is wrong with the file."""


def main(source: str, target: str) -> int:
    try:
        _take(Path(source), Path(target))
    except (_Refused, duckdb.Error) as error:
        sys.stderr.write(str(error).splitlines()[0][:300])
        return REFUSED
    return 0


def _take(source: Path, target: Path) -> None:
    spill = str(target.with_suffix(".tmp"))
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": "1GB",
        "temp_directory": spill,
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("attach ? as came (read_only)", [str(source)])
        connection.execute("attach ? as made", [str(target)])
        for statement in _CLOSED:
            connection.execute(statement)
        done = connection.execute(_DONE).fetchall()
        numbers = {number for _, number in done}
        if {kind for kind, _ in done} != {"project"}:
            raise _Refused("it is no project of the studio")
        if not numbers <= set(migrating.numbers("project")):
            raise _Refused("a newer studio made it")
        connection.execute("use made")
        migrating.begin(connection)
        migrating.migrate(connection, "project", numbers)
        if _columns(connection, "made") != _columns(connection, "came"):
            raise _Refused("its tables are not those of a project")
        connection.execute("delete from migration")
        connection.execute("copy from database came to made (data)")
        connection.execute("checkpoint made")


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str, str]]:
    return connection.execute(_COLUMNS, [name, name]).fetchall()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
