"""Many people who review at once, beside two runs: how long they wait, whether anything is lost, and whether memory grows.

    python -m benchmarks.review_load --keep                     20 minutes and a few for preparing; into docs/benchmarks.md
    python -m benchmarks.review_load --minutes 0.5 --people 5 --instructions 5000        a short look

Every person has cookies of their own, holds a hand of cards and decides one about every three seconds, over HTTP as the deck
does. One run grows in their project, the other in a second one; the endpoint of both allows 100 calls a second.
"""

import argparse
import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psutil

from benchmarks import review_rows
from benchmarks.annotator import REFILL, Annotator, session
from benchmarks.apps import STUDIO, running, wait_for
from benchmarks.engine import Server, server
from benchmarks.machine import write_section
from benchmarks.review_load_report import LONG_EVERY, Counted, Load, report
from core.domain.person import LOCAL_OWNER
from core.domain.run import RunSettings, SeedChoice
from core.domain.system import Endpoint
from core.domain.upkeep import Area
from core.services.bridge import ask_app, door_of
from core.services.growing import presets
from core.services.projects import FIRST
from core.store.database import open_database
from tests.e2e.furnish import FAKE, PLAIN, Home, furnished

TEAM, OTHER = "team", "other"
_CALLS_PER_S, _IN_FLIGHT = 100, 32
_SEEDS_A_MINUTE = 300  # of each run: more than it can use up at so many calls a second
_THINK_S = 3.0
_SAMPLE_S = 5.0
_DECIDED = 25
# Who has decided one item: more than one person where one is enough means that it was given out twice.
_BY_ITEM = """select count(*) as n from (
  select instruction_id from decision where verdict is not null and trial_id in (select unnest(?::uuid[]))
  group by instruction_id having count(distinct person_id) > 1)"""
_BY_TRIAL = """select count(*) as n from (
  select trial_id from decision where act in ('accept', 'reject') and trial_id in (select unnest(?::uuid[]))
  group by trial_id having count(*) > 1)"""
_THERE = "select trial_id::varchar as trial, act from decision where trial_id in (select unnest(?::uuid[]))"


@dataclass(frozen=True, kw_only=True)
class Team:
    """How many people, for how long, from a queue of how many."""

    people: int
    minutes: float
    instructions: int


def furnish(home: Home, base_url: str, team: Team) -> dict[str, str]:
    """Two projects, each with a run that stands at its beginning → project: run."""
    endpoint = Endpoint(
        name=FAKE, base_url=base_url, model="fake", in_flight=_IN_FLIGHT, requests_per_min=60 * _CALLS_PER_S
    )
    home.studio.endpoints.save(LOCAL_OWNER, endpoint)
    home.project(FIRST, PLAIN)
    n_seeds = max(20, int(_SEEDS_A_MINUTE * team.minutes))
    texts = [f"{PLAIN[number % len(PLAIN)]} Use at most {number} words." for number in range(n_seeds)]
    runs = {slug: _begin(home, slug, texts) for slug in (TEAM, OTHER)}
    project = home.project(TEAM)
    review_rows.fill(project.database, None, team.instructions, team.instructions // _DECIDED, LONG_EVERY)
    return runs


def _begin(home: Home, slug: str, texts: list[str]) -> str:
    project = home.project(slug, texts)
    plan: RunSettings = presets.settings(presets.PAPER, name=slug, endpoint=FAKE, seeds=SeedChoice(), rng_seed=4)
    run = home.studio.runs.start(LOCAL_OWNER, project, plan)
    home.studio.runs.pause(LOCAL_OWNER, project, run)
    assert home.studio.live.wait(run, timeout_s=120)
    return run


def resume(home: Path, runs: dict[str, str]) -> None:
    """As `python -m core runs resume` does it."""
    for slug, run in runs.items():
        file = home / "projects" / f"{slug}.duckdb"
        while (door := door_of(file)) is None:  # the app opens its projects beside the first visit
            time.sleep(0.1)
        ask_app(file, door, "runs resume", {"project": slug, "run": run})


def kept_mb(home: Path) -> float:
    """What the app's databases keep of their files, as `python -m core doctor` says it. Only at the end: it reads a lot itself."""
    file = home / "projects" / f"{TEAM}.duckdb"
    door = door_of(file)
    assert door is not None, "the app is gone"
    findings = ask_app(file, door, "doctor", {"project": ""})["findings"]
    said = next(one["what"] for one in findings if one["area"] == Area.MEMORY)
    return float(re.findall(r"([\d,]+) MB", said)[1].replace(",", ""))


async def load(process: psutil.Process, address: str, calls: Server, team: Team, home: Path) -> Load:
    """All people at once; returns when the time is over."""
    people = [
        Annotator(session=session(), address=address, project=TEAM, queue="", rng=Random(number))
        for number in range(team.people)
    ]
    try:
        for number, one in enumerate(people):
            await one.enter(f"Person {number + 1}")
        first_call, began = calls.calls(), time.monotonic()
        until = began + 60 * team.minutes
        async with asyncio.TaskGroup() as group:
            memory = group.create_task(_memory(process, until))
            for one in people:
                group.create_task(_work(one, until))
        rate = (calls.calls() - first_call) / (time.monotonic() - began)
    finally:
        for one in people:
            await one.session.close()
    return Load(
        people=people,
        began_s=began,
        minutes=team.minutes,
        calls_per_s=rate,
        memory=memory.result(),
        kept_mb=kept_mb(home),
    )


async def _work(one: Annotator, until: float) -> None:
    """Look, decide, and fetch more before the hand is empty."""
    await asyncio.sleep(_THINK_S * one.rng.random())
    while time.monotonic() < until:
        if len(one.hand) <= REFILL:
            await one.refill()
        await one.decide()
        await asyncio.sleep(_THINK_S * (0.5 + one.rng.random()))


async def _memory(process: psutil.Process, until: float) -> list[tuple[float, float]]:
    """Hours since the beginning, and MB that the app has."""
    samples, began = [], time.monotonic()
    while time.monotonic() < until:
        samples.append(((time.monotonic() - began) / 3600, process.memory_info().rss / 1e6))
        await asyncio.sleep(_SAMPLE_S)
    return samples


def count(file: Path, people: list[Annotator]) -> Counted:
    """What the log has of all that was acknowledged, after the app was ended."""
    told = [one for person in people for one in person.acknowledged]
    trials = [trial for trial, _ in told]
    database = open_database(file, "project")
    try:
        there = {(row["trial"], row["act"]) for row in database.query(_THERE, [trials])}
        return Counted(
            acknowledged=len(set(told)),
            in_log=len(there & set(told)),
            trials_twice=database.query(_BY_TRIAL, [trials])[0]["n"],
            items_twice=database.query(_BY_ITEM, [trials])[0]["n"],
            projection_is_right=database.projection_is_right(),
        )
    finally:
        database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--instructions", type=int, default=250_000)
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    team = Team(people=asked.people, minutes=asked.minutes, instructions=asked.instructions)
    with TemporaryDirectory(prefix="review-load-") as name, server() as calls:
        folder = Path(name)
        with furnished(folder) as home:
            runs = furnish(home, calls.url, team)
        with running(STUDIO, folder) as (process, address, _):
            wait_for(address)
            resume(folder, runs)
            found = asyncio.run(load(process, address, calls, team, folder))
        counted = count(folder / "projects" / f"{TEAM}.duckdb", found.people)
    text = report(found, counted, team.instructions)
    print(text)
    if asked.keep:
        write_section("review-load", f"{team.people} people review while two runs grow", text)


if __name__ == "__main__":
    main()
