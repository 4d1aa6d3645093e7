"""Rows as the rest of the studio reads them, and lists of ids in statements."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

MANY = 1_000  # ids; more are found sooner by reading through the ids of the table


def filled(sql: str, ids: Sequence[str], *parameters: Any) -> tuple[str, list[Any]]:
    """A statement with `:ids` in it, and its parameters: a known list goes through the primary key.

    `:listed` is for a column without a key: what is read through is then compared with all ids at once, ten times as fast for several.
    """
    if len(ids) > MANY or ":listed" in sql:
        unnested = "select unnest(?::uuid[])"
        return sql.replace(":ids", unnested).replace(":listed", unnested), [list(ids), *parameters]
    return sql.replace(":ids", ", ".join("?" * len(ids))), [*ids, *parameters]


def fetched(
    connection: duckdb.DuckDBPyConnection, sql: str, ids: Iterable[str] | None = None, *parameters: Any
) -> list[dict[str, Any]]:
    """What this connection sees, as dicts with ids as text; nothing for an empty list of ids."""
    if ids is None:
        found = connection.execute(sql, list(parameters))
    else:
        wanted = list(ids)
        if not wanted:
            return []
        found = connection.execute(*filled(sql, wanted, *parameters))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]


def plain(value: Any) -> Any:
    """Ids leave the store as text."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
