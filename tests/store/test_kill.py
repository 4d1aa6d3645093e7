"""kill -9 in a burst of writing: every row that was acknowledged is there, whole, and once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.builders import project_at, seed

BURST = """
import asyncio, os, sys
from pathlib import Path
from core.store.database import open_database
from tests.builders import outcome, child, revision, seed, task

async def burst(database, first):
    async def one(number):
        root = seed(number, number)
        of = child(root)
        await database.writer.append([root, revision(root, f"text {number}"), of, outcome(of), task(of)])
        os.write(1, f"{number}\\n".encode())
    for start in range(first, first + 10_000, 50):
        await asyncio.gather(*(one(number) for number in range(start, start + 50)))

asyncio.run(burst(open_database(Path(sys.argv[1]), "project"), int(sys.argv[2])))
"""


def killed_after(path: Path, first: int, rows: int, pause_s: float) -> list[int]:
    """The numbers that a burst acknowledged before it was killed."""
    with subprocess.Popen([sys.executable, "-c", BURST, str(path), str(first)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(rows)]
        time.sleep(pause_s)
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [int(line) for line in lines if line.endswith(b"\n")]


def test_no_acknowledged_row_is_lost_in_three_kills(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    acknowledged: set[int] = set()
    for round_ in range(3):
        acknowledged.update(killed_after(path, round_ * 10_000, 200 + 137 * round_, 0.013 * round_))
        with project_at(path) as database:
            found = {row["position"] for row in database.query("select position from instruction where kind = 'seed'")}
            assert acknowledged <= found
            whole = database.query(
                "select count(*) as n, count(distinct r.of_id) as texts, count(distinct o.instruction_id) as outcomes, "
                "count(distinct t.id) as tasks from instruction s join revision r on r.of_id = s.id "
                "join outcome o on o.seed_id = s.id join task t on t.seed_id = s.id where s.kind = 'seed'"
            )
            assert set(whole[0].values()) == {len(found)}
            numbers = {row["text"] for row in database.query("select text from revision")}
            assert numbers == {f"text {number}" for number in found}
            assert database.projection_is_right()
            assert database.query("select count(*) as n from instruction where id = ?", [seed(0).id]) == [{"n": 1}]
    assert len(acknowledged) >= 900


SPILL = """
import sys
from pathlib import Path
from core.store.database import open_database
database = open_database(Path(sys.argv[1]), "project")
with database.cursor() as cursor:
    cursor.execute("set memory_limit = '150MB'")
    cursor.execute("create temp table t as select repeat('x' || range, 20) as s from range(3000000)")
    cursor.execute("create temp table u as select s from t order by reverse(s)")
"""


def test_what_a_killed_process_had_laid_aside_is_gone_when_the_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    spilt, foreign = tmp_path / "p.duckdb.tmp", tmp_path / "p.duckdb.tmp" / "of somebody else"
    with subprocess.Popen([sys.executable, "-c", SPILL, str(path)]) as process:
        deadline = time.monotonic() + 60
        while not any(spilt.glob("duckdb_temp_*.tmp")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    assert any(spilt.glob("duckdb_temp_*.tmp")), "nothing was laid aside"
    foreign.write_text("mine")
    with project_at(path):
        assert list(spilt.iterdir()) == [foreign]
    foreign.unlink()
    with project_at(path):
        assert not spilt.exists()
