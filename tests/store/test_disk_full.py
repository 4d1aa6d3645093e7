"""A disk that fills up: said in a person's words, nothing acknowledged is lost, and work goes on when there is room.

A limit on the size of files makes the system refuse further bytes as a full disk does, without a disk to fill.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.builders import project_at
from tests.e2e.running import ROOT
from tests.openai_server import openai_server

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


def grow(home: Path, reserve_mb: int, *words: str) -> "subprocess.Popen[str]":
    """A run as a command of its own that keeps so much of the disk back."""
    environment = os.environ | {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_DISK_RESERVE_MB": str(reserve_mb)}
    return subprocess.Popen(
        [sys.executable, "-m", "core", "grow", "--json", *words],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(run: "subprocess.Popen[str]", status: int) -> dict[str, object]:
    said, problem = run.communicate(timeout=120)
    assert run.returncode == status, said + problem
    return dict(json.loads(said))


def test_a_run_stops_before_the_disk_is_full_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The disk is real: a file takes the room away while the run is going."""
    free_mb = shutil.disk_usage(tmp_path).free // 1_000_000
    seeds, ballast = tmp_path / "seeds.jsonl", tmp_path / "ballast"
    seeds.write_text("\n".join(json.dumps({"instruction": f"Explain {n} to a child."}) for n in range(30)))
    with openai_server(latency_s=0.3) as server:
        words = ("--seeds", str(seeds), "--url", server.base_url, "--model", "fake", "--epochs", "3")
        with grow(tmp_path, free_mb - 1_000, *words) as run:
            deadline = time.monotonic() + 60
            while server.stats().get("chat", 0) < 5 and time.monotonic() < deadline:
                time.sleep(0.01)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, 2_000_000_000)
            now = ended(run, 1)
        assert now["state"] == "blocked"
        assert "The disk is full: " in str(now["reason"])
        assert "Free some space, then resume." in str(now["reason"])
        asked = server.stats()["chat"]
        with grow(tmp_path, free_mb - 1_000, "--resume", "--url", server.base_url, "--model", "fake") as again:
            assert ended(again, 1)["state"] == "blocked"
        assert server.stats()["chat"] == asked  # it is looked at before anything is spent
        ballast.unlink()
        with grow(tmp_path, free_mb - 1_000, "--resume") as again:
            now = ended(again, 0)
        assert (now["state"], now["decided"], now["expected"]) == ("finished", 90, 90)
        assert server.stats()["chat"] == now["calls"]  # what was in flight was kept: no call was paid for twice
    with project_at(tmp_path / "projects" / "my-project.duckdb") as database:
        assert database.projection_is_right()
