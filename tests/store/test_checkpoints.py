"""The write-ahead log stays short: after opening, beside readings that never all end at once, and beside one that takes for ever."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.store.database import Database, open_database

_WIDE = "x" * 400_000
_NEW = "insert into person (id, name, kind, role) select 'p' || i, 'nobody', 'human', 'curator' from range(2000) r(i) union all select 'one', '', 'human', 'curator'"
_CHANGE = "update person set name = ? where id = ?"
_SAID = "select name from person where id = ?"
_READ = "select count(*) as n, min(name) as first, max(name) as last from person"


def log_bytes(database: Database) -> int:
    log = database.path.with_name(database.path.name + ".wal")
    return log.stat().st_size if log.exists() else 0


def change(database: Database, number: int) -> None:
    """A change to a row that is there: unlike a new row, it cannot be checkpointed while somebody older reads."""
    database.writer.run(lambda connection: connection.execute(_CHANGE, [f"{number} {_WIDE}", "one"]))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "one.duckdb", "project")
    opened.writer.run(lambda connection: connection.execute(_NEW))
    yield opened
    opened.close()


@contextmanager
def reading(database: Database, people: int) -> Iterator[Callable[[], int]]:
    """So many threads that read without a pause. → how often one of them has read."""
    stop, n = threading.Event(), [0] * people

    def read(who: int) -> None:
        while not stop.is_set():
            database.query(_READ)
            n[who] += 1

    threads = [threading.Thread(target=read, args=(who,)) for who in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(n)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_nothing_that_opening_reads_keeps_the_log_from_the_file(database: Database) -> None:
    change(database, 1)
    with database.cursor() as cursor:
        cursor.execute("checkpoint")
    assert log_bytes(database) == 0


def test_a_long_log_goes_into_the_file_beside_readings_that_overlap(database: Database) -> None:
    with reading(database, 6) as read:
        most = 0
        for number in range(400):
            change(database, number)
            most = max(most, log_bytes(database))
        assert read() > 0
    assert most < 100_000_000, "160 MB were written"
    assert database.query(_SAID, ["one"])[0]["name"].startswith("399 ")


def test_an_endless_reading_is_not_waited_for(database: Database) -> None:
    change(database, 0)
    with database.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(_READ).fetchall()
        began = time.monotonic()
        for number in range(1, 101):
            change(database, number)
        assert database.query(_SAID, ["one"])[0]["name"].startswith("100 ")
        assert time.monotonic() - began < 10
        assert log_bytes(database) > 35_000_000
    change(database, 101)
    assert database.query(_SAID, ["one"])[0]["name"].startswith("101 ")
