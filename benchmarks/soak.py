"""Does anything grow that should not? Fifty annotators at ten times their pace, and pages that are opened and left all the while.

    python -m benchmarks.soak --keep                     three runs of 20 minutes; into docs/benchmarks.md and docs/soak.svg
    python -m benchmarks.soak --minutes 1 --runs 1       a short look

Each run is a fresh process on a fresh copy of the same project. The people are those of benchmarks/review_load.py, who fetch hands of
cards and send decisions as the deck does, but think for 0.3 s instead of 3. Every 5 s the app's memory, open handles, threads and
child processes are counted from outside; what was acknowledged is counted against the log when the app has ended.
"""

import argparse
import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psutil

from benchmarks import review_rows
from benchmarks.annotator import REFILL, Annotator, session
from benchmarks.apps import ROOT, STUDIO, running, wait_for
from benchmarks.machine import write_section
from benchmarks.review_load import TEAM, count
from benchmarks.review_load_report import LONG_EVERY
from benchmarks.soak_plot import plot
from benchmarks.soak_report import Sample, Soaked, report
from benchmarks.visitor import Visitor
from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished

THINK_S = 3.0
_SAMPLE_S = 5.0
_TABS, _STAY_S = 4, 6.0  # pages open at once, and for how long each
_PAGES = ("review", "history", "team", "")
_SURVIVORS = 0.6  # of all instructions, as review_rows makes them
_SPARE = 1.15
PLOT = ROOT / "docs" / "soak.svg"


@dataclass(frozen=True, kw_only=True)
class Soak:
    """How many people, how many times their usual pace, for how long."""

    people: int
    faster: float
    minutes: float

    @property
    def wanted_per_s(self) -> float:
        """Decisions that people would make who never wait."""
        return self.people * self.faster / THINK_S

    @property
    def instructions(self) -> int:
        """Enough that the queue does not run dry."""
        return max(5_000, int(60 * self.minutes * self.wanted_per_s / _SURVIVORS * _SPARE))


def furnish(folder: Path, soak: Soak) -> None:
    """One project with a finished run; nobody has decided anything in it."""
    with furnished(folder) as home:
        home.project(FIRST, PLAIN)
        review_rows.fill(home.project(TEAM).database, None, soak.instructions, 0, LONG_EVERY)


def one_run(folder: Path, soak: Soak) -> Soaked:
    """A fresh app on this home, everybody at once, and the count in the end."""
    with running(STUDIO, folder) as (process, address, _):
        wait_for(address)
        found = asyncio.run(load(process, address, soak))
    counted = count(folder / "projects" / f"{TEAM}.duckdb", list(found.people))
    return Soaked(samples=found.samples, people=found.people, visitors=found.visitors, began_s=found.began_s, minutes=soak.minutes, counted=counted)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Loaded:
    samples: tuple[Sample, ...]
    people: tuple[Annotator, ...]
    visitors: tuple[Visitor, ...]
    began_s: float


async def load(process: psutil.Process, address: str, soak: Soak) -> Loaded:
    people = tuple(
        Annotator(session=session(), address=address, project=TEAM, queue="", rng=Random(number))
        for number in range(soak.people)
    )
    visitors = tuple(Visitor(session=session(), address=address, project=TEAM) for _ in range(_TABS))
    try:
        for number, one in enumerate(people):
            await one.enter(f"Person {number + 1}")
        began = time.monotonic()
        until = began + 60 * soak.minutes
        async with asyncio.TaskGroup() as group:
            sampling = group.create_task(_sample(process, began, until))
            for one in people:
                group.create_task(_work(one, until, THINK_S / soak.faster))
            for number, visitor in enumerate(visitors):
                group.create_task(_visit(visitor, until, Random(number)))
    finally:
        for someone in (*people, *visitors):
            await someone.session.close()
    return Loaded(samples=sampling.result(), people=people, visitors=visitors, began_s=began)


async def _work(one: Annotator, until: float, think_s: float) -> None:
    await asyncio.sleep(think_s * one.rng.random())
    while time.monotonic() < until:
        if len(one.hand) <= REFILL:
            await one.refill()
        await one.decide()
        await asyncio.sleep(think_s * (0.5 + one.rng.random()))


async def _visit(one: Visitor, until: float, rng: Random) -> None:
    """Page after page, each in a session of its own."""
    await asyncio.sleep(_STAY_S * rng.random())
    number = 0
    while time.monotonic() < until:
        await one.visit(_PAGES[number % len(_PAGES)], _STAY_S * (0.5 + rng.random()))
        number += 1


async def _sample(process: psutil.Process, began: float, until: float) -> tuple[Sample, ...]:
    samples = []
    while time.monotonic() < until:
        with process.oneshot():
            samples.append(
                Sample(
                    at_s=time.monotonic() - began,
                    mb=process.memory_info().rss / 1e6,
                    handles=process.num_handles() if psutil.WINDOWS else process.num_fds(),
                    threads=process.num_threads(),
                    cpu_s=sum(process.cpu_times()[:2]),
                )
            )
        await asyncio.sleep(_SAMPLE_S)
    return tuple(samples)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--faster", type=float, default=10.0, help="times the pace of one decision in 3 s")
    parser.add_argument("--plot", type=Path, help="write the plot here; with --keep it goes to docs/soak.svg")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    soak = Soak(people=asked.people, faster=asked.faster, minutes=asked.minutes)
    runs = []
    with TemporaryDirectory(prefix="soak-") as name:
        furnish(Path(name) / "furnished", soak)
        for number in range(asked.runs):
            home = Path(name) / f"run-{number}"
            shutil.copytree(Path(name) / "furnished", home)
            runs.append(one_run(home, soak))
            shutil.rmtree(home)
            print(f"run {number + 1} of {asked.runs}: {runs[-1].decided:,} decisions", flush=True)
    text = report(runs, soak.instructions, soak.wanted_per_s)
    print(text)
    if where := asked.plot or (PLOT if asked.keep else None):
        where.write_text(plot(runs), encoding="utf-8")
    if asked.keep:
        write_section("soak", "Soak: what grows while people work at ten times their pace", text)


if __name__ == "__main__":
    main()
