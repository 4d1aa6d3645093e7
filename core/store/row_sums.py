"""What the rows of each table amount to: two files with the same sums hold the same rows, whatever order they lie in.

A row's digest is the MD5 of the row as JSON, times in UTC. A table's sum adds up both halves of the digests of all its rows, so that
a row that is missing, changed or there twice changes it. It tells damage from wholeness; it is no signature.
"""

from collections.abc import Mapping

import duckdb
from pydantic import TypeAdapter

from core.domain.upkeep import TableSum

IN_UTC = "set timezone = 'UTC'"  # a connection must be told so before it makes sums
_TABLES = """select table_name from duckdb_tables()
where database_name = ? and schema_name = 'main' and not internal and not temporary order by table_name"""
_SUMS: TypeAdapter[dict[str, TableSum]] = TypeAdapter(dict[str, TableSum])


def quoted(name: str) -> str:
    """A database's or table's name as an identifier: the one place where SQL takes no parameter."""
    return '"' + name.replace('"', '""') + '"'


_quoted = quoted


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """The tables of an attached database, by name."""
    return [str(row[0]) for row in connection.execute(_TABLES, [database]).fetchall()]


def of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, TableSum]:
    """The sums of an attached database, as this connection's transaction sees it (see IN_UTC). Reads every value."""
    return {name: of_table(connection, database, name) for name in tables(connection, database)}


def of_table(connection: duckdb.DuckDBPyConnection, database: str, name: str) -> TableSum:
    """The sum of one table."""
    found = connection.execute(
        f"""from (from {_quoted(database)}.main.{_quoted(name)} t select to_json(t)::varchar as row)
        select count(*), coalesce(sum(md5_number_lower(row)), 0), coalesce(sum(md5_number_upper(row)), 0)"""
    )
    ((rows, low, high),) = found.fetchall()
    return TableSum(rows=rows, digest=f"{high:x}.{low:x}")


def as_json(sums: Mapping[str, TableSum]) -> str:
    return _SUMS.dump_json({name: sums[name] for name in sorted(sums)}).decode()


def from_json(text: str) -> dict[str, TableSum]:
    """ValueError for what is none."""
    return _SUMS.validate_json(text)


def difference(one: Mapping[str, TableSum], other: Mapping[str, TableSum]) -> str:
    """The first table in which they differ, in words; "" if they are the same."""
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            counts = [table.rows if (table := sums.get(name)) else 0 for sums in (one, other)]
            return f"{name}: {counts[0]:,} rows and {counts[1]:,}" + (
                ", of other content" if len(set(counts)) == 1 else ""
            )
    return ""
