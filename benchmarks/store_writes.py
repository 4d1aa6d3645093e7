"""Writing into the log and into SQLite: in bulk, and step by step as a run does."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from benchmarks import store_rows
from benchmarks.store_rows import RUN, Grown
from benchmarks.store_sqlite import Sqlite
from core.domain.run import RunEvent, RunEventKind
from core.store import run_reading
from core.store.database import Database

AT_ONCE = 400  # trees a transaction while the file is filled
IN_FLIGHT = 256  # steps handed over at once while writing is measured, as the engine does


def timed(act: Callable[[], Any]) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def chunks(n_trees: int, calls_every: int) -> Iterator[list[Grown]]:
    grown = store_rows.trees(0, n_trees, calls_every)
    while some := list(islice(grown, AT_ONCE)):
        yield some


def all_facts(grown: list[Grown]) -> list[object]:
    return [fact for tree in grown for step in (tree.seed_facts, *tree.steps) for fact in step]


def fill(database: Database, sqlite: Sqlite, n_trees: int, calls_every: int = 1) -> tuple[float, float]:
    """Both files with the same rows, in transactions of some 20,000; rows/s of each."""
    run = store_rows.run_of(n_trees, run_reading.settings_as_json(store_rows.SETTINGS))
    begun = RunEvent(run_id=RUN, kind=RunEventKind.STARTED, by="local", received_at=store_rows.NOW)
    database.writer.append_now([store_rows.SOURCE_FACT, store_rows.SYSTEM, run, begun])
    n = 0
    ours = theirs = 0.0
    for number, grown in enumerate(chunks(n_trees, calls_every)):
        facts = all_facts(grown)
        n += len(facts)
        ours += timed(lambda facts=facts: database.writer.append_now(facts))
        rows = sqlite.rows(facts)
        theirs += timed(lambda rows=rows: sqlite.insert(rows))
        if number % 25 == 0:
            print(
                f"  {number * AT_ONCE:,} of {n_trees:,} trees: {n / ours:,.0f} and {n / theirs:,.0f} rows/s", flush=True
            )
    return n / ours, n / (theirs + timed(sqlite.index))


@dataclass(frozen=True, kw_only=True)
class Written:
    per_s: float
    per_cpu_s: float


def written(rows: int, act: Callable[[], Any]) -> Written:
    began, cpu = time.perf_counter(), time.process_time()
    act()
    return Written(per_s=rows / (time.perf_counter() - began), per_cpu_s=rows / (time.process_time() - cpu))


def write_as_engine(database: Database, grown: list[Grown]) -> Written:
    """When steps come one after the other in each tree, many trees at once: what a run does."""

    async def all_trees() -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one(tree: Grown) -> None:
            async with gate:
                for step in (tree.seed_facts, *tree.steps):
                    await database.writer.append(step)

        await asyncio.gather(*(one(tree) for tree in grown))

    return written(len(all_facts(grown)), lambda: asyncio.run(all_trees()))


def write_sqlite_as_engine(sqlite: Sqlite, grown: list[Grown]) -> Written:
    """The same steps into SQLite, gathered as well as one could: one transaction for a step of all trees in flight."""
    batches = []
    for first in range(0, len(grown), IN_FLIGHT):
        flight = [(tree.seed_facts, *tree.steps) for tree in grown[first : first + IN_FLIGHT]]
        longest = max(map(len, flight))
        batches += [
            sqlite.rows(fact for steps in flight if number < len(steps) for fact in steps[number])
            for number in range(longest)
        ]

    def insert() -> None:
        for rows in batches:
            sqlite.insert(rows)

    return written(len(all_facts(grown)), insert)
