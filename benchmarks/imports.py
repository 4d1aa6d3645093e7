"""How fast do a quarter of a million Alpaca rows come in by path, and what do they take? Beside it, what one would write otherwise.

    python -m benchmarks.imports                 250,000 rows; writes docs/benchmarks.md
    python -m benchmarks.imports --rows 20000    another number, which is only printed

Each import runs in a process of its own, on a project of its own: time by the clock, memory over the idle process (the largest
resident size seen, looked at 50 times a second). "pandas + DuckDB" reads the same file with pandas, drops exact duplicates and
inserts the texts into one DuckDB table: no ids, no history, no refusals by row, no report.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.machine import described, table, write_section

ROOT = Path(__file__).parents[1]
ROWS, ROUNDS, DUPLICATE_EVERY = 250_000, 3, 50
_VOCABULARY = """a about after all and answer area article between calculate car change city compare data day describe each
energy explain find following for from function give group history how idea in is it language list make market
name number of on or order people plan poem point problem rain reason river sentence short small sort step
story summary system table text the three time to tree two use water what which why with word work write year"""
_WORDS = tuple(_VOCABULARY.split())


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One import. Seconds, and megabytes (of 1,000,000 bytes) over the idle process."""

    seconds: float
    over_idle_mb: float
    taken: int


def rows(n: int) -> Iterator[dict[str, str]]:
    """Rows as long as Alpaca's; one in fifty repeats an earlier one."""
    rng = Random(20_230_424)
    before: list[dict[str, str]] = []
    for number in range(n):
        if before and number % DUPLICATE_EVERY == 0:
            yield rng.choice(before)
            continue
        row = {
            "instruction": f"{_text(rng, rng.randint(5, 16))} {number}.",
            "input": _text(rng, rng.randint(3, 30)) if rng.random() < 0.4 else "",
            "output": _text(rng, rng.randint(10, 90)),
        }
        if number < 10_000:
            before.append(row)
        yield row


def _text(rng: Random, n: int) -> str:
    return " ".join(rng.choices(_WORDS, k=n)).capitalize()


def write_files(folder: Path, n: int) -> dict[str, Path]:
    """The same rows in each format."""
    every = list(rows(n))
    files = {name: folder / f"alpaca.{name}" for name in ("json", "jsonl", "csv", "parquet")}
    files["json"].write_text(json.dumps(every, indent=4), encoding="utf-8")
    with files["jsonl"].open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in every)
    with files["csv"].open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(every[0]))
        writer.writeheader()
        writer.writerows(every)
    pq.write_table(pa.Table.from_pylist(every), files["parquet"])
    return files


@contextmanager
def _peak() -> Iterator[Callable[[], float]]:
    """How much more memory this process and its children held at most, in MB, since now."""
    me, done = psutil.Process(), threading.Event()
    idle = me.memory_info().rss
    most = [idle]

    def watch() -> None:
        while not done.wait(0.02):
            held = me.memory_info().rss
            for child in me.children():
                try:
                    held += child.memory_info().rss
                except psutil.Error:
                    continue
            most[0] = max(most[0], held)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: (most[0] - idle) / 1e6
    finally:
        done.set()
        thread.join()


def ours(file: Path, folder: Path) -> Measured:
    """The studio's own import by path."""
    from core.domain.person import LOCAL_OWNER
    from core.services.growing import seeds
    from core.services.projects import Projects

    projects = Projects(folder)
    project = projects.open(LOCAL_OWNER, "my-project")
    seeds.count(LOCAL_OWNER, project)
    with _peak() as peak:
        began = time.perf_counter()
        report = seeds.import_file(LOCAL_OWNER, project, file, name=file.name, licence="")
        seconds = time.perf_counter() - began
        found = Measured(seconds=seconds, over_idle_mb=peak(), taken=report.taken)
    projects.close()
    return found


def plain(file: Path, folder: Path) -> Measured:
    """A script with pandas and DuckDB."""
    import duckdb
    import pandas as pd

    read = {".json": pd.read_json, ".csv": pd.read_csv, ".parquet": pd.read_parquet}
    connection = duckdb.connect(str(folder / "plain.duckdb"))
    with _peak() as peak:
        began = time.perf_counter()
        frame = pd.read_json(file, lines=True) if file.suffix == ".jsonl" else read[file.suffix](file)
        frame = frame.fillna("").drop_duplicates(["instruction", "input"])
        connection.register("frame", frame)
        connection.execute("create table seed as select instruction, input, output from frame")
        connection.close()
        seconds = time.perf_counter() - began
        return Measured(seconds=seconds, over_idle_mb=peak(), taken=len(frame))


def in_a_process(way: str, file: Path) -> Measured:
    with TemporaryDirectory(prefix="imports-") as folder:
        command = [sys.executable, "-m", "benchmarks.imports", "--one", way, str(file), folder]
        said = subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True, env=dict(os.environ)
        ).stdout
    return Measured(**json.loads(said))


def measure(n: int) -> str:
    """The table, and a sentence on each column."""
    lines = []
    with TemporaryDirectory(prefix="alpaca-") as folder:
        for name, file in write_files(Path(folder), n).items():
            found = {way: [in_a_process(way, file) for _ in range(ROUNDS)] for way in ("ours", "plain")}
            lines.append(_cells(name, file.stat().st_size / 1e6, found["ours"], found["plain"]))
            print(" | ".join(lines[-1]), flush=True)
    head = ("format", "file", "the studio", "its best", "rows/s", "over idle", "seeds", "pandas + DuckDB", "over idle")
    return table(head, lines)


def _cells(name: str, size_mb: float, mine: list[Measured], other: list[Measured]) -> tuple[str, ...]:
    seconds = median(one.seconds for one in mine)
    read = mine[0].taken * DUPLICATE_EVERY / (DUPLICATE_EVERY - 1)
    return (
        name,
        f"{size_mb:,.0f} MB",
        f"{seconds:.1f} s",
        f"{min(one.seconds for one in mine):.1f} s",
        f"{read / seconds:,.0f}",
        f"{max(one.over_idle_mb for one in mine):,.0f} MB",
        f"{mine[0].taken:,}",
        f"{median(one.seconds for one in other):.1f} s",
        f"{max(one.over_idle_mb for one in other):,.0f} MB",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        way, file, folder = asked.one
        print(json.dumps(asdict({"ours": ours, "plain": plain}[way](Path(file), Path(folder)))))
        return
    where = described("duckdb", "pandas", "pyarrow")
    said = table_and_aim(asked.rows, where)
    print(said)
    if asked.rows == ROWS:
        write_section("imports", f"Importing {ROWS:,} Alpaca rows by path", said)


def table_and_aim(n: int, where: str) -> str:
    return (
        f"{n:,} rows with `instruction`, `input` and `output`, one in {DUPLICATE_EVERY} an exact duplicate; {ROUNDS} rounds each, the"
        f" median. Aim: at most 10 s and 300 MB over idle. {where}\n\n{measure(n)}\n\n"
        "The studio reads row by row and holds no file in memory; it gives every seed its ids, words and history and writes all of"
        " them in one transaction. The script beside it keeps three columns of text and nothing else."
    )


if __name__ == "__main__":
    main()
