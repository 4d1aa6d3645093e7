"""A disk that fills up: said in a person's words, nothing acknowledged is lost, and work goes on when there is room.

A limit on the size of files makes the system refuse further bytes as a full disk does, without a disk to fill.
"""

import subprocess
import sys
from pathlib import Path

from tests.builders import project_at

FILL = """
import resource, sys
from pathlib import Path
from core.store.database import open_database
from core.store.writer import DiskFull
from tests.builders import audit, id_of, revision, seed

path, most = Path(sys.argv[1]), int(sys.argv[2])
database = open_database(path, "project")
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + most, hard))
number = 0
try:
    while True:
        one = seed(number, number)
        database.writer.append_now([one, revision(one, "".join(id_of((number, part)) for part in range(500)))])
        print("acknowledged", number, flush=True)
        number += 1
except DiskFull as error:
    print("said", error, flush=True)
print("read", database.query("select count(*) as n from revision")[0]["n"], flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
if sys.argv[3] == "room again":
    database.writer.append_now([audit("room again")])
    database.close()
"""


def fill(path: Path, most: int, then: str) -> tuple[int, str]:
    """How many rows were acknowledged before the disk was full, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path), str(most), then],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    acknowledged = sum(line.startswith("acknowledged") for line in lines)
    assert f"read {acknowledged}" in lines
    return acknowledged, next(line for line in lines if line.startswith("said"))


def test_a_full_disk_is_said_and_the_same_process_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    acknowledged, said = fill(path, 2_000_000, "room again")
    assert acknowledged > 10
    assert "The disk is full. Free some space, then resume." in said
    with project_at(path) as database:
        assert database.query("select count(*) as n from revision") == [{"n": acknowledged}]
        assert database.query("select subject from audit") == [{"subject": "room again"}]
        assert database.projection_is_right()


def test_a_process_that_ends_with_the_disk_full_leaves_a_project_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    acknowledged, _ = fill(path, 1_000_000, "die")
    with project_at(path) as database:
        found = database.query("select position from instruction order by seq")
        assert [row["position"] for row in found] == list(range(acknowledged))
        assert database.projection_is_right()


def test_a_backup_onto_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from core.errors import ProjectError
from core.store.database import open_database
from tests.builders import audit

path = Path(sys.argv[1])
database = open_database(path, "project")
database.writer.append_now([audit("x" * 10_000) for _ in range(300)])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
try:
    database.backup(path.with_name("copy.duckdb"))
except ProjectError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
database.backup(path.with_name("second.duckdb"))
database.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "p.duckdb")], check=True, capture_output=True, text=True
    )
    assert "Choose a folder with free space" in done.stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.duckdb", "second.duckdb"]
    with project_at(tmp_path / "second.duckdb") as copy:
        assert copy.query("select count(*) as n from audit") == [{"n": 300}]
