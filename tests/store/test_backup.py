"""A backup is one moment of the log, taken while others write."""

import threading
from pathlib import Path

import pytest

from core.errors import ProjectError
from core.store.database import Database
from tests.builders import audit, child, outcome, project_at, response, revision, seed

TABLES = ("instruction", "revision", "response", "outcome", "audit", "instruction_state", "migration")


def rows(database: Database, table: str) -> list[str]:
    return sorted(str(row) for row in database.query(f"select * from {table}"))  # noqa: S608


def test_a_backup_of_a_quiet_project_holds_every_row(tmp_path: Path) -> None:
    one, other = seed(), child(seed())
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([one, revision(one, "🌱\x00"), other, response(other), outcome(other), audit()])
        database.backup(tmp_path / "copy.duckdb")
        with project_at(tmp_path / "copy.duckdb") as copy:
            for table in TABLES:
                assert rows(copy, table) == rows(database, table)
            assert copy.projection_is_right()
            copy.writer.append_now([audit("the copy lives on")])
            assert copy.query("select max(seq) - min(seq) > 0 as later from audit") == [{"later": True}]


def test_a_backup_taken_while_another_thread_writes_is_one_moment_of_it(tmp_path: Path) -> None:
    """Each transaction has a seed, its text and an audit of one number: in the copy no part of one may be missing."""
    stop = threading.Event()
    acknowledged: list[int] = []

    with project_at(tmp_path / "p.duckdb") as database:

        def write() -> None:
            number = 0
            while not stop.is_set():
                one = seed(number, number)
                database.writer.append_now([one, revision(one, f"text {number} " * 50), audit(str(number))])
                acknowledged.append(number)
                number += 1

        writing = threading.Thread(target=write)
        writing.start()
        while len(acknowledged) < 20:
            stop.wait(0.01)
        before = len(acknowledged)
        database.backup(tmp_path / "copy.duckdb")
        after = len(acknowledged)
        while len(acknowledged) < after + 5:
            stop.wait(0.01)
        stop.set()
        writing.join()
        with project_at(tmp_path / "copy.duckdb") as copy:
            numbers = [int(row["subject"]) for row in copy.query("select subject from audit order by seq")]
            assert numbers == list(range(len(numbers)))
            assert before <= len(numbers) <= after + 1
            for number in numbers:
                found = copy.query(
                    "select r.text, i.position from instruction i join revision r on r.of_id = i.id where i.id = ?",
                    [seed(number).id],
                )
                assert found == [{"text": f"text {number} " * 50, "position": number}]
            assert copy.query("select count(*) as n from revision") == [{"n": len(numbers)}]
            assert copy.projection_is_right()
        assert database.query("select count(*) as n from audit") == [{"n": len(acknowledged)}]


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "mine.duckdb"
    target.write_text("mine")
    with project_at(tmp_path / "p.duckdb") as database, pytest.raises(ProjectError, match="exists already"):
        database.backup(target)
    assert target.read_text() == "mine"


def test_a_backup_that_cannot_be_written_is_said_and_the_project_goes_on(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        with pytest.raises(ProjectError, match="Choose"):
            database.backup(tmp_path / "no such folder" / "copy.duckdb")
        database.writer.append_now([audit("after")])
        database.backup(tmp_path / "copy.duckdb")
    with project_at(tmp_path / "copy.duckdb") as copy:
        assert rows(copy, "audit")
