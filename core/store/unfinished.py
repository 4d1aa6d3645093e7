"""Imports that need several transactions: which numbers of the log are theirs while they last, and their end without a trace."""

import duckdb

_BEGIN = "insert into unfinished_import values (?, ?)"
_END = "delete from unfinished_import where first_seq = ?"
_ALL = "select first_seq, last_seq from unfinished_import"
_FORGET = (
    "delete from revision where seq between ? and ?",
    "delete from call where seq between ? and ?",
    "delete from rule_check where seq between ? and ?",
)


def begin(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    """From now on whatever has one of these numbers belongs to an import that is not done yet."""
    connection.execute(_BEGIN, [first, last])


def end(connection: duckdb.DuckDBPyConnection, first: int) -> None:
    """It is done, in the same transaction."""
    connection.execute(_END, [first])


def forget(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    """Take out what it added so far. Facts are never changed otherwise; these were never seen."""
    for sql in _FORGET:
        connection.execute(sql, [first, last])
    end(connection, first)


def forget_all(connection: duckdb.DuckDBPyConnection) -> None:
    """What a crash left. For a project that nobody writes to yet."""
    for first, last in connection.execute(_ALL).fetchall():
        connection.execute("begin")
        forget(connection, first, last)
        connection.execute("commit")
