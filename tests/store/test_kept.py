"""Files of every older version, kept in kept/ (its README says how they were made): each becomes the present one and loses nothing.

A migration that is killed, at whatever step, leaves the file as it was or as it is meant to be.
"""

import gzip
import re
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from core.store import migrating
from core.store.database import Database, open_database
from tests.builders import project_at, seed

FOLDER = Path(__file__).parent / "kept"
KEPT = sorted(FOLDER.glob("*.duckdb.gz"))
NOT_FACTS = ("migration", "instruction_state", "standing")  # what a step may make again
# What is done by Python's own audit hook when the file of a step is opened: the process is killed, at once or some milliseconds later.
KILLED = """
import os, signal, sys, threading
from pathlib import Path
step, after_ms = sys.argv[2], float(sys.argv[3])

def seen(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".sql") and Path(str(arguments[0])).name.startswith(step):
        if after_ms:
            threading.Timer(after_ms / 1000, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(seen)
from core.store.database import Database, open_database
open_database(Path(sys.argv[1]), "project")
threading.Event().wait(5)
"""
Rows = dict[str, Counter[tuple[tuple[str, str], ...]]]


def unpacked(kept: Path, folder: Path) -> Path:
    path = folder / kept.name.removesuffix(".gz")
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    return path


def of(kept: Path) -> tuple[str, int]:
    """Which kind of file it is, and the newest step that it knows."""
    kind, _, number = kept.name.partition(".")[0].partition("-")
    return kind, int(number)


def content(path: Path, columns: dict[str, list[str]] | None = None) -> tuple[Rows, dict[str, list[str]]]:
    """Every row of every table of facts, as it stands in the file; of the columns that are named, or all."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        rows: Rows = {}
        found: dict[str, list[str]] = {}
        for name in sorted(set(names) - set(NOT_FACTS)):
            if columns is not None and name not in columns:
                continue
            table = connection.table(name)
            wanted = [one for one in columns[name] if one in table.columns] if columns is not None else table.columns
            places = [table.columns.index(one) for one in wanted]
            found[name] = list(wanted)
            rows[name] = Counter(
                tuple((one, str(row[at])) for one, at in zip(wanted, places, strict=True)) for row in table.fetchall()
            )
    return rows, found


def lost(path: Path, before: Rows, columns: dict[str, list[str]]) -> Rows:
    """The rows of an older file that are not in it any more. A table that had rows keeps all its columns."""
    after, _ = content(path, columns)
    return {name: gone for name, rows in before.items() if (gone := rows - after.get(name, Counter()))}


def schema(database: Database) -> list[dict[str, object]]:
    return database.query(
        "select table_name, column_name, data_type, is_nullable from information_schema.columns order by all"
    )


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, object]]]:
    """The columns of all tables and views as a new file has them."""
    found = {}
    for kind in ("project", "installation"):
        with closing(open_database(tmp_path_factory.mktemp("present") / f"{kind}.duckdb", kind)) as database:
            found[kind] = schema(database)
    return found


def test_no_version_is_missing() -> None:
    """The first steps came one by one, later ones several in one version."""
    for kind, one_by_one in (("project", 16), ("installation", 5)):
        numbers = [number for of_kind, number in map(of, KEPT) if of_kind == kind]
        assert numbers[:one_by_one] == list(range(1, one_by_one + 1))
        assert set(numbers) <= set(migrating.numbers(kind))


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name.partition(".")[0])
def test_every_kept_file_becomes_the_present_one_and_loses_nothing(
    kept: Path, tmp_path: Path, present: dict[str, list[dict[str, object]]]
) -> None:
    kind, number = of(kept)
    path = unpacked(kept, tmp_path)
    before, columns = content(path)
    assert sum(before[table].total() for table in before) > 0
    with closing(open_database(path, kind)) as database:
        assert schema(database) == present[kind]
        if kind == "project":
            assert database.projection_is_right()
            assert database.query("select what, n from loose_end where n > 0") == []
            assert "finished" in {row["state"] for row in database.query("select state from run_now")}
    assert lost(path, before, columns) == {}
    with duckdb.connect(str(path), read_only=True) as connection:
        done = connection.execute("select min(number), max(number), count(*) from migration").fetchall()
    steps = migrating.numbers(kind)
    assert done == [(1, steps[-1], len(steps))]
    assert number <= steps[-1]


def test_the_oldest_file_says_what_it_said(tmp_path: Path) -> None:
    with project_at(unpacked(FOLDER / "project-001.duckdb.gz", tmp_path)) as database:
        texts = database.query("select text from revision where \"of\" = 'instruction' order by seq")
        assert [row["text"] for row in texts] == ["Sort a list.", "Sort a list in place. 🌱"]
        assert database.query("select run_status from instruction_state where id = ?", [seed().id]) == [
            {"run_status": None}
        ]


@pytest.mark.parametrize(("step", "after_ms"), [("010", 0), ("newest", 0), ("newest", 15)])
def test_a_migration_that_is_killed_leaves_the_old_file_or_the_new_one(
    step: str, after_ms: int, tmp_path: Path
) -> None:
    path = unpacked(FOLDER / "project-001.duckdb.gz", tmp_path)
    before, columns = content(path)
    newest = migrating.numbers("project")[-1]
    named = f"{newest:03d}" if step == "newest" else step
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), named, str(after_ms)], check=False, timeout=60)
    assert killed.returncode == -9
    with duckdb.connect(str(path)) as connection:
        ((number,),) = connection.execute("select max(number) from migration").fetchall()
    assert number in ({1} if after_ms == 0 else {1, newest})
    with project_at(path) as database:
        assert database.query("select max(number) as number from migration") == [{"number": newest}]
        assert database.projection_is_right()
    assert lost(path, before, columns) == {}


def test_a_migration_without_room_leaves_the_old_file(tmp_path: Path) -> None:
    path = unpacked(FOLDER / "project-001.duckdb.gz", tmp_path)
    before, columns = content(path)
    program = """
import resource, sys
from pathlib import Path
from core.errors import StudioError
from core.store.database import Database, open_database
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
try:
    open_database(Path(sys.argv[1]), "project")
except StudioError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert re.search(r"disk is full.*Free some space", done.stdout)
    assert content(path, columns)[0] == before
    with project_at(path) as database:
        assert database.projection_is_right()
