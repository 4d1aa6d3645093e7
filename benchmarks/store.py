"""How fast is the log? Writes, point reads and aggregates through the studio's own functions, SQLite beside it.

python -m benchmarks.store [--big]      250,000 instructions with responses; --big: 2.5 million
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks import store_rows, store_sqlite
from benchmarks.machine import described, table, write_section
from benchmarks.store_rows import RUN
from benchmarks.store_sqlite import Sqlite
from benchmarks.store_writes import Written, fill, timed, write_as_engine, write_sqlite_as_engine
from core.domain.person import LOCAL_OWNER as ME
from core.services.destinations import Destinations
from core.services.endpoints import Endpoints
from core.services.growing import seeds, tree_nodes, trees
from core.services.growing.clusters import Clusters
from core.services.growing.live import LiveRuns
from core.services.growing.packs import Packs
from core.services.growing.runs import Runs
from core.services.projects import Project
from core.store import run_reading
from core.store.database import Database, open_database
from core.store.run_log import ProjectRunLog

PER_TREE = store_rows.EPOCHS + 1
MEASURED_TREES, ROUNDS = 600, 5
WAITING = 20_000
REPEATS = 25


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The median of repeated runs, and the best one: what it takes when nothing else runs on the machine."""

    median: float
    best: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One question: milliseconds (or rows/s) of the log and of SQLite."""

    what: str
    aim: str
    ours: Measured
    sqlite: Measured
    is_rate: bool = False

    def cells(self) -> tuple[str, ...]:
        ours, theirs = self.ours.median, self.sqlite.median
        form = "{:,.0f} rows/s" if self.is_rate else "{:,.1f} ms"
        numbers = (form.format(n) for n in (ours, self.ours.best, theirs, self.sqlite.best))
        return (self.what, self.aim, *numbers, f"{ours / theirs if self.is_rate else theirs / ours:.2f} ×")


def rates(values: list[float]) -> Measured:
    return Measured(median=median(values), best=max(values))


def middle_ms(act: Callable[[int], Any], repeats: int = REPEATS) -> Measured:
    """Milliseconds; each run has another number to ask about, and the first two only warm up."""
    times = [timed(lambda number=number: act(number)) * 1000 for number in range(repeats + 2)][2:]
    return Measured(median=median(times), best=min(times))


def writes(database: Database, sqlite: Sqlite, n_trees: int) -> list[Line]:
    """Rows/s by the clock, and by the processor's time, which does not depend on what else runs."""
    ours: list[Written] = []
    theirs: list[Written] = []
    for round_ in range(ROUNDS):
        grown = list(store_rows.trees(n_trees + round_ * MEASURED_TREES, MEASURED_TREES))
        ours.append(write_as_engine(database, grown))
        theirs.append(write_sqlite_as_engine(sqlite, grown))
    return [
        Line(
            what="rows written as a run writes them",
            aim="≥ 10,000",
            ours=rates([one.per_s for one in ours]),
            sqlite=rates([one.per_s for one in theirs]),
            is_rate=True,
        ),
        Line(
            what="the same, per second of processor time",
            aim="",
            ours=rates([one.per_cpu_s for one in ours]),
            sqlite=rates([one.per_cpu_s for one in theirs]),
            is_rate=True,
        ),
    ]


def reads(project: Project, sqlite: Sqlite, n_trees: int, small: str) -> list[Line]:
    some = [next(store_rows.trees(10 * Random(number).randrange(n_trees // 10), 1)) for number in range(REPEATS + 2)]
    offsets = [Random(-number).randrange(n_trees - 100) for number in range(REPEATS + 2)]
    tree_ids, node_ids = [one.seed.id for one in some], [one.leaf.id for one in some]
    owed = [fact for tree in store_rows.trees(0, WAITING // 4) for fact in store_rows.waiting(tree, 4)]
    project.database.writer.append_now(owed)
    sqlite.insert(sqlite.rows(owed))
    log = ProjectRunLog(project.database, RUN)
    return [
        Line(
            what="a tree", aim=small,
            ours=middle_ms(lambda n: trees.tree(ME, project, RUN, tree_ids[n])),
            sqlite=middle_ms(lambda n: sqlite.ask(store_sqlite.TREE, tree_ids[n])),
        ),
        Line(
            what="a node, with texts, checks and calls", aim=small,
            ours=middle_ms(lambda n: tree_nodes.node(ME, project, node_ids[n], RUN)),
            sqlite=middle_ms(lambda n: sqlite.node(node_ids[n])),
        ),
        Line(
            what="a page of a run's seeds", aim=small,
            ours=middle_ms(lambda n: trees.seeds(ME, project, RUN, after=offsets[n])),
            sqlite=middle_ms(lambda n: sqlite.ask(store_sqlite.SEED_LIST, RUN, offsets[n])),
        ),
        Line(
            what="a page of the table of seeds", aim=small,
            ours=middle_ms(lambda n: seeds.page(ME, project, offset=offsets[n])),
            sqlite=middle_ms(lambda n: sqlite.ask(store_sqlite.SEED_TABLE, offsets[n])),
        ),
        Line(
            what="the next waiting task claimed, with its texts", aim=small,
            ours=middle_ms(lambda _: asyncio.run(log.claim(1))),
            sqlite=middle_ms(lambda _: sqlite.claim(RUN, 1)),
        ),
        Line(
            what="512 waiting tasks claimed, with their texts", aim="",
            ours=middle_ms(lambda _: asyncio.run(log.claim(512))),
            sqlite=middle_ms(lambda _: sqlite.claim(RUN, 512)),
        ),
    ]  # fmt: skip


def aggregates(project: Project, sqlite: Sqlite, runs: Runs, large: str) -> list[Line]:
    database = project.database
    parts: list[tuple[str, Callable[[], Any], tuple[int, ...]]] = [
        ("outcomes by epoch, operation and rule", lambda: run_reading.outcomes(database, RUN), (1,)),
        ("children made and difficulty by epoch", lambda: run_reading.epochs(database, RUN, ()), (0, 2)),
        ("latest evolutions", lambda: run_reading.latest(database, RUN, 14), (3,)),
        ("money and tokens spent", lambda: run_reading.spending(database, RUN), (4,)),
        ("failed calls by kind", lambda: run_reading.failures(database, RUN), (5,)),
    ]
    lines = [
        Line(
            what=what, aim=large, ours=middle_ms(lambda _, ask=ask: ask(), 9),
            sqlite=middle_ms(lambda _, own=own: [sqlite.ask(store_sqlite.PROGRESS[n], RUN) for n in own], 9),
        )
        for what, ask, own in parts
    ]  # fmt: skip
    whole = Line(
        what="all that a run's page shows", aim=large, ours=middle_ms(lambda _: runs.progress(ME, project, RUN), 9),
        sqlite=middle_ms(lambda _: sqlite.progress(RUN), 9),
    )  # fmt: skip
    return [*lines, whole]


def _calls_every(n: int) -> int:
    """One tree of so many has its calls, so that a big file fits on a small disk."""
    return 10 if n > 1_000_000 else 1


def measure(folder: Path, n: int) -> tuple[list[Line], str]:
    """All questions of one size, and a sentence about the files."""
    n_trees = n // PER_TREE
    is_big = n > 1_000_000
    database = open_database(folder / "log.duckdb", "project")
    sqlite = Sqlite(folder / "log.sqlite")
    project = Project(slug="benchmark", name="Benchmark", database=database)
    installation = open_database(folder / "studio.duckdb", "installation")
    live = LiveRuns()
    try:
        filled = fill(database, sqlite, n_trees, _calls_every(n))
        bulk = [rates([rate]) for rate in filled]
        lines = [Line(what="rows written in bulk", aim="≥ 10,000", ours=bulk[0], sqlite=bulk[1], is_rate=True)]
        lines += writes(database, sqlite, n_trees)
        lines += reads(project, sqlite, n_trees, "≤ 30" if is_big else "≤ 10")
        runs = Runs(live, Endpoints(installation, None, Destinations(installation)), Packs(installation), Clusters())  # type: ignore[arg-type]  # no model is asked
        lines += aggregates(project, sqlite, runs, "≤ 500" if is_big else "≤ 100")
    finally:
        live.close()
        database.close()
        installation.close()
        sqlite.connection.close()
    began = time.perf_counter()
    open_database(folder / "log.duckdb", "project").close()
    opened = time.perf_counter() - began
    sizes = [(folder / name).stat().st_size / 2**20 for name in ("log.duckdb", "log.sqlite")]
    return lines, f"Files: {sizes[0]:,.0f} MB and {sizes[1]:,.0f} MB. Opening the log: {opened:.2f} s."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--big", action="store_true", help="2.5 million instructions")
    parser.add_argument("--instructions", type=int, help="another number, which is not written into the paper")
    asked = parser.parse_args()
    n = asked.instructions or (2_500_000 if asked.big else 250_000)
    where = described("duckdb", "pyarrow")
    folder = Path(tempfile.mkdtemp(prefix="store-benchmark-"))
    try:
        lines, files = measure(folder, n)
    finally:
        shutil.rmtree(folder)
    told = table(
        ("", "aim", "the log", "its best", "SQLite", "its best", "the log is"), (line.cells() for line in lines)
    )
    calls = "calls" if _calls_every(n) == 1 else f"the calls of one tree in {_calls_every(n)}"
    text = f"{n:,} instructions with responses, checks, tasks and {calls}. {where}\n\n{told}\n\n{files}"
    print(text)
    if asked.instructions is None:
        write_section("store-big" if asked.big else "store", f"The store, {n:,} instructions", text)


if __name__ == "__main__":
    main()
