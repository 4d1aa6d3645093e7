"""What a person who reviews waits for, in a real Chromium, beside a plain Streamlit script that shows the same items.

    python -m benchmarks.review --keep             250,000 instructions, about a quarter of an hour; into docs/benchmarks.md
    python -m benchmarks.review --big --keep       2.5 million, about forty minutes and 6 GB of disk
    python -m benchmarks.review --instructions 5000 --presses 20        a short look

The load of many people at once is benchmarks/review_load.py.
"""

import argparse
import asyncio
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import sync_playwright

from benchmarks import review_deck, review_queries, review_rows
from benchmarks.annotator import HELD, Annotator, session
from benchmarks.apps import FLAGS, STUDIO, p95, running, said, wait_for
from benchmarks.machine import described, table, write_section
from benchmarks.review_deck import Presses
from benchmarks.review_queries import Asked
from core.domain.person import LOCAL_OWNER
from core.services.projects import FIRST
from core.services.reviewing import item_list, queues
from core.store.database import open_database
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import PLAIN, furnished

PLAIN_SCRIPT = "benchmarks/plain_review.py"
PROJECT = "review"
_OPENED = 8  # people who open the queue for the first time
_KEPT = "select count(*) as n from decision where person_id = ? and verdict is not null"
_DECIDED = 25  # one instruction of so many was decided before


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Over HTTP, in ms: a sitting opened with its first hand; later hands; one decision. `card_kb`: of one card, in the mean."""

    opened: list[float]
    hands: list[float]
    decisions: list[float]
    card_kb: float
    memory_mb: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """`kept`: how many of the presses' decisions are in the log, and in the plain script's table."""

    asked: list[Asked]
    ours: Presses
    plain: Presses
    kept: tuple[int, int]
    hands: Hands


async def hands(address: str, project: str, n: int, process: psutil.Process) -> Hands:
    """What the deck asks for, asked as fast as it is answered."""
    opened: list[float] = []
    for number in range(_OPENED):
        async with session() as browser:
            one = Annotator(session=browser, address=address, project=project, queue="", rng=Random(number))
            await one.enter(f"Opens {number}")
            await one.refill()
            _require_answers(one)
            opened.append(one.requests[0].ms)
            sizes = [len(str(card)) / 1_000 for card in one.hand]
            if number < _OPENED - 1:
                continue
            for _ in range(n):
                while one.hand:
                    await one.decide()
                await one.refill()
            _require_answers(one)
            later = one.requests[1:]
    return Hands(
        opened=opened, hands=[one.ms for one in later if one.kind == "hand"], decisions=[one.ms for one in later if one.kind == "decision"],
        card_kb=sum(sizes) / len(sizes), memory_mb=process.memory_info().rss / 1e6,
    )  # fmt: skip


def _require_answers(one: Annotator) -> None:
    problems = [request.error for request in one.requests if request.error] or list(one.refused)
    if problems or one.empty:
        sys.exit(f"The studio answered otherwise than it should: {problems[:3] or 'no cards'}")


def measure(folder: Path, chrome: Path, asked: argparse.Namespace, n: int) -> Measured:
    """Everything on one project of this size; the plain script on the same survivors."""
    with furnished(folder) as home:
        home.project(FIRST, PLAIN)
        review_rows.fill(home.project(PROJECT).database, folder / "items.sqlite", n, n // _DECIDED)
    with furnished(folder) as home:  # opened anew, as people find it
        project = home.project(PROJECT)
        answers = review_queries.ask_all(project, asked.repeats)
        deck = f"review?project={PROJECT}&queue={queues.default(project).id}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
        with running(PLAIN_SCRIPT, folder) as (_, address, _began):
            wait_for(address)
            plain = review_deck.of_plain(browser, address, asked.presses, asked.every_ms)
        with running(STUDIO, folder) as (_, address, _began):
            wait_for(address)
            ours = review_deck.of_studio(browser, f"{address}/{deck}", asked.presses, asked.every_ms)
        browser.close()
    kept = kept_of_studio(folder), kept_of_plain(folder)
    with running(STUDIO, folder) as (process, address, _began):
        wait_for(address)
        served = asyncio.run(hands(address, PROJECT, asked.hands, process))
    return Measured(asked=answers, ours=ours, plain=plain, kept=kept, hands=served)


def kept_of_studio(folder: Path) -> int:
    database = open_database(folder / "projects" / f"{PROJECT}.duckdb", "project")
    try:
        return int(database.query(_KEPT, [LOCAL_OWNER.person_id])[0]["n"])
    finally:
        database.close()


def kept_of_plain(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "items.sqlite")) as items:
        return int(items.execute("select count(*) from decision").fetchone()[0])


def report(found: Measured, n: int) -> str:
    """The section of docs/benchmarks.md."""
    ours, plain, served = found.ours, found.plain, found.hands
    ratio = median(ours.shown) / median(plain.shown)
    deck = [
        ("Key → the next item's second frame", "p95 ≤ 32", said(ours.shown), said(plain.shown), f"{ratio:.2f}"),
        ("Key → the next item in the page, not yet painted", "–", said(ours.drawn), "–", "–"),
        ("A key that does nothing → second frame", "–", said(ours.idle), said(plain.idle), "–"),
        ("Key → answered that it is saved", "p95 ≤ 150", said(ours.saved), said(plain.saved), f"{median(ours.saved) / median(plain.saved):.2f}"),
        ("Presses whose decision is in the log", f"{len(ours.shown)}", str(found.kept[0]), str(found.kept[1]), "–"),
    ]  # fmt: skip
    http = [
        (f"The queue opened by somebody new: frozen order, {HELD} cards", "–", said(served.opened), str(len(served.opened))),
        (f"A hand of {HELD} cards", "–", said(served.hands), str(len(served.hands))),
        ("One decision", "–", said(served.decisions), str(len(served.decisions))),
    ]  # fmt: skip
    asked = [
        (one.what, f"≤ {one.aim_ms:.0f}", f"{median(one.ms):,.1f} / {p95(one.ms):,.1f}", f"{one.found:,}")
        for one in found.asked
    ]
    return f"""{n:,} instructions, one in {_DECIDED} decided before by three people; the first {review_rows.LONG_TREES} trees have texts of 1 to 20 kB
(a card {served.card_kb:.0f} kB in the mean). {described("streamlit", "duckdb", "playwright")}

p50 / p95 in ms. {len(ours.shown)} key presses in Chromium, the hand filled, four accepted to one rejected; of ours {ours.late} items and of the plain script's
{plain.late} were not there at the second frame and are counted to the frame at which they were. A frame is 16.7 ms: a key that does nothing shows what
waiting for two of them takes. "Plain" is `benchmarks/plain_review.py`, one file of ordinary Streamlit on SQLite with two buttons that have keys; it
shows both texts and the response, no difference, and has saved when it shows the next one.

{table(("", "aim", "studio", "plain Streamlit", "ratio"), deck)}

Over HTTP on the same project ({served.memory_mb:.0f} MB of memory at its end):

{table(("", "aim", "p50 / p95", "n"), http)}

The queue's questions, through the studio's own functions; a search is the first page of the list, {item_list.PAGE} rows ready to be shown:

{table(("", "aim", "p50 / p95", "found"), asked)}

`python -m benchmarks.review{" --big" if n > 1_000_000 else ""} --keep` measures again."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true", help="2.5 million instructions")
    parser.add_argument("--instructions", type=int, help="another number")
    parser.add_argument("--presses", type=int, default=300)
    parser.add_argument("--every-ms", type=int, default=500, help="between two presses, in the mean")
    parser.add_argument("--hands", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=15, help="of each question")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    n = asked.instructions or (2_500_000 if asked.big else 250_000)
    with TemporaryDirectory(prefix="review-benchmark-") as folder:
        text = report(measure(Path(folder), Path(chrome), asked, n), n)
    print(text)
    if asked.keep:
        write_section("review-big" if asked.big else "review", f"Reviewing, {n:,} instructions", text)


if __name__ == "__main__":
    main()
