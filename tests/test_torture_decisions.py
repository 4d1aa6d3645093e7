"""kill -9 of the real app in bursts of POST /api/decisions: what was acknowledged is there, once, and the rest can be sent again.

Three rounds in `make test`; `make torture` plays twenty and writes its part of docs/torture.md.
"""

import json
import os
import platform
import shutil
import threading
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from core.services.projects import FIRST
from core.store.database import Database, open_database
from tests.builders import child, outcome, revision, run, seed, system
from tests.e2e.furnish import furnished
from tests.e2e.running import App
from tests.torture_report import write_decisions

TABS = 4  # that send at the same time
BATCH = 6  # decisions in one request at most
ENDING = ("accept", "reject", "skip")
Key = tuple[str, str]  # trial, act


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one kill did. `sent_again`: decisions whose answer never came; `known`: those of them that had been saved."""

    round: int
    after_s: float
    acknowledged: int
    lost: int
    twice: int
    sent_again: int
    known: int


class Browser:
    """Asks as the studio's own pages do: with the cookie of a visit."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._opener.open(f"{url}/", timeout=30).close()

    def get(self, path: str) -> dict[str, Any]:
        with self._opener.open(f"{self.url}{path}", timeout=30) as reply:
            return dict(json.load(reply))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}{path}", data=json.dumps(body).encode())
        with self._opener.open(request, timeout=30) as reply:
            return dict(json.load(reply))


@dataclass
class Outbox:
    """What every tab has decided, and what the studio has said of it."""

    chance: Random
    acknowledged: dict[Key, str] = field(default_factory=dict)  # key → the first answer
    unanswered: list[list[dict[str, Any]]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)  # guards all of it: the tabs are threads

    def note(self, batch: list[dict[str, Any]], receipts: list[dict[str, Any]]) -> None:
        with self.lock:
            assert [one["trial"] for one in receipts] == [one["trial"] for one in batch]
            for sent, receipt in zip(batch, receipts, strict=True):
                if receipt["answer"] == "refused":
                    self.refused.append(receipt)
                else:
                    self.acknowledged.setdefault((sent["trial"], sent["act"]), receipt["answer"])


class Review:
    """One home under review, killed as often as asked."""

    def __init__(self, home: Path, n_items: int, chance: Random) -> None:
        with furnished(home) as fresh:
            project = fresh.project(FIRST)
            facts: list[object] = [run(), system()]
            for number in range(n_items):
                root = seed(f"seed {number}", number)
                one = child(root)
                facts += [root, revision(root), one, revision(one, f"Sort list {number}."), outcome(one)]
            project.database.writer.append_now(facts)
        self.chance = chance
        self.outbox = Outbox(chance)
        self.app = App(home).start()

    def burst_and_kill(self, number: int, after_s: float) -> Round:
        """Tabs send as fast as they are answered; some time after the first answer the app is killed."""
        before = len(self.outbox.acknowledged)
        browser = Browser(self.app.url)
        cards = deque(self._cards(browser))
        assert len(cards) > TABS * BATCH, "nothing is left to decide"
        tabs = [
            threading.Thread(target=self._tab, args=(browser, cards, Random(self.chance.random()))) for _ in range(TABS)
        ]
        for tab in tabs:
            tab.start()
        while len(self.outbox.acknowledged) == before and any(tab.is_alive() for tab in tabs):
            time.sleep(0.002)
        time.sleep(after_s)  # the moment itself, drawn at random
        self.app.kill()
        for tab in tabs:
            tab.join()
        lost, twice = self._look()
        again = [one for batch in self.outbox.unanswered for one in batch]
        return Round(
            round=number, after_s=round(after_s, 2), acknowledged=len(self.outbox.acknowledged), lost=lost, twice=twice,
            sent_again=len(again), known=self._start_again(),
        )  # fmt: skip

    def _cards(self, browser: Browser) -> list[dict[str, Any]]:
        hand: list[dict[str, Any]] = []
        while len(hand) < 150:
            have = ",".join(card["trial"] for card in hand)
            more = browser.get(f"/api/trials?project={FIRST}&most=50&have={have}")["cards"]
            if not more:
                break
            hand += more
        return hand

    def _tab(self, browser: Browser, cards: "deque[dict[str, Any]]", chance: Random) -> None:
        mine: list[dict[str, Any]] = []
        while cards:
            batch = [self._decision(cards.popleft(), chance) for _ in range(min(chance.randint(1, BATCH), len(cards)))]
            if mine and chance.random() < 0.2:
                batch.append({"trial": mine.pop()["trial"], "act": "undo"})
            try:
                said = browser.post("/api/decisions", {"project": FIRST, "decisions": batch})
            except (OSError, HTTPException, ValueError):
                with self.outbox.lock:
                    self.outbox.unanswered.append(batch)
                return
            self.outbox.note(batch, said["receipts"])
            mine += [one for one in batch if one["act"] in ENDING]

    def _decision(self, card: dict[str, Any], chance: Random) -> dict[str, Any]:
        act = chance.choices(ENDING, (6, 3, 1))[0]
        return {"trial": card["trial"], "act": act, "revision": card["revision"], "active_ms": 900}

    def _look(self) -> tuple[int, int]:
        """What the log lost of what was acknowledged, and what it has or counts twice."""
        with copied(self.app.home) as database:
            rows = database.query("select trial_id as trial, act from decision")
            kept = Counter((row["trial"], row["act"]) for row in rows)
            standing = database.query(
                "select instruction_id as id, count(*) as n from standing group by all having n > 1"
            )
            counted = database.query("select count(*) as n from instruction_state where n_decisions > 1")[0]["n"]
            assert database.projection_is_right()
        lost = len(set(self.outbox.acknowledged) - set(kept))
        return lost, sum(kept.values()) - len(kept) + len(standing) + counted

    def _start_again(self) -> int:
        """Start, and send again what was never answered. → how many of these the log had already."""
        self.app.start()
        browser, known = Browser(self.app.url), 0
        for batch in self.outbox.unanswered:
            said = browser.post("/api/decisions", {"project": FIRST, "decisions": batch})
            known += sum(one["answer"] == "already_saved" for one in said["receipts"])
            self.outbox.note(batch, said["receipts"])
        self.outbox.unanswered.clear()
        return known

    def finish(self) -> None:
        """Everything that was ever answered is in the log, once; nothing was refused."""
        self.app.stop()
        assert self._look() == (0, 0)
        assert not self.outbox.refused, self.outbox.refused[:3]


@contextmanager
def copied(home: Path) -> Iterator[Database]:
    """The log as the kill left it, in a copy: opening the file itself would put its journal in order for the app."""
    with TemporaryDirectory() as folder:
        for file in (home / "projects").glob(f"{FIRST}.duckdb*"):
            if not file.name.endswith(".bridge"):
                shutil.copy(file, folder)
        database = open_database(Path(folder) / f"{FIRST}.duckdb", "project")
        try:
            yield database
        finally:
            database.close()


def play(home: Path, rounds: int, longest_s: float) -> list[Round]:
    chance = Random()
    review = Review(home, 60 + 150 * rounds, chance)
    try:
        played = [review.burst_and_kill(number, chance.uniform(0, longest_s)) for number in range(1, rounds + 1)]
        review.finish()
    finally:
        review.app.kill()
    return played


def expect_nothing_lost(played: list[Round]) -> None:
    for one in played:
        assert (one.lost, one.twice) == (0, 0), one
        assert one.sent_again <= TABS * (BATCH + 1), one
    assert played[-1].acknowledged > len(played) * TABS


@pytest.mark.timeout(600)
def test_three_kills_in_bursts_of_decisions_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    expect_nothing_lost(play(tmp_path / "home", rounds=3, longest_s=0.6))


@pytest.mark.torture
@pytest.mark.timeout(1800)
def test_twenty_kills_in_bursts_of_decisions_and_the_table_is_written(tmp_path: Path) -> None:
    played = play(tmp_path / "home", rounds=20, longest_s=1.2)
    write_report(played)  # whatever the table says, it is written
    expect_nothing_lost(played)


def write_report(played: list[Round]) -> None:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    again, known = sum(one.sent_again for one in played), sum(one.known for one in played)
    lost, twice = sum(one.lost for one in played), sum(one.twice for one in played)
    write_decisions(
        f"""Written by `make torture` on {datetime.now(UTC):%d %B %Y} ({machine}).

The same app while {TABS} tabs of one person send decisions (accepts, rejections, skips, undos; up to {BATCH + 1} in one request) as fast
as they are answered. At a moment drawn at random it is killed; what was never answered is sent again after its start.

*acknowledged*: decisions that the studio has said are saved, so far. *lost*: those of them that the log does not have. *twice*:
decisions that the log has, or counts, a second time. *sent again*: decisions without an answer; *known*: those of them that had been
saved before the kill, and were answered so.

{_table(played)}
In all: {lost} lost, {twice} counted twice; {again} sent again, of which {known} had been saved. After every kill the projections said
what the decisions say."""
    )


def _table(played: list[Round]) -> str:
    names = [one.name for one in fields(Round)]
    head = "| " + " | ".join(name.replace("_", " ").replace("after s", "killed after, s") for name in names) + " |"
    lines = [head, "|" + "---:|" * len(names)]
    lines += ["| " + " | ".join(f"{value:,}" for value in asdict(one).values()) + " |" for one in played]
    return "\n".join(lines) + "\n"
