"""kill -9 of the real app while people judge: what was acknowledged is there, once; the rest is sent again; nothing comes twice."""

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.domain.study import StudyDesign
from core.services.projects import FIRST
from tests.e2e.furnish import furnished
from tests.e2e.running import App
from tests.studies.building import a_study
from tests.test_torture_decisions import Browser, copied

TABS, BATCH, PROMPTS = 3, 4, 160
Key = tuple[str, int]  # trial, number
_SOUND = "select trial_id as trial, number, count(*) over (partition by trial_id, number) as n from judgment"
# A judgment without all its values, values without a judgment, one prompt given to one person in two trials: never.
_BROKEN = """select
  (select count(*) from judgment j where (select count(*) from judgment_value v where v.judgment_id = j.id) <> 3) +
  (select count(*) from judgment_value where judgment_id not in (select id from judgment)) +
  (select count(*) from (select person_id, prompt_id from trial group by all having count(*) > 1)) +
  (select count(*) from trial t where (select count(*) from trial_slot l where l.trial_id = t.id) <> 3) as n"""


@dataclass
class Judging:
    """One home with a study, judged by several tabs, and killed as often as asked."""

    home: Path
    chance: Random
    acknowledged: dict[Key, list[int]] = field(default_factory=dict)  # → the ranks that were sent
    unanswered: list[list[dict[str, Any]]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)  # guards the three above: the tabs are threads

    def __post_init__(self) -> None:
        with furnished(self.home) as fresh:
            design = StudyDesign(judgments=1, rng_seed=5)
            self.study = a_study(
                fresh.project(FIRST).database, prompts=PROMPTS, systems=("one", "two", "three"), design=design
            )
        self.app = App(self.home).start()

    def hand(self, browser: Browser, have: str = "") -> list[dict[str, Any]]:
        path = f"/api/judge/trials?project={FIRST}&study={self.study}&most=20&have={have}"
        return list(browser.get(path)["trials"])

    def send(self, browser: Browser, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        receipts = browser.post("/api/judgments", {"project": FIRST, "judgments": batch})["receipts"]
        with self.lock:
            for sent, receipt in zip(batch, receipts, strict=True):
                if receipt["answer"] == "refused":
                    self.refused.append(receipt)
                else:
                    self.acknowledged[sent["trial"], sent["number"]] = [one["rank"] for one in sent["said"]]
        return list(receipts)

    def burst_and_kill(self, after_s: float) -> None:
        browser, before = Browser(self.app.url), len(self.acknowledged)
        trials: deque[dict[str, Any]] = deque(self.hand(browser))
        tabs = [
            threading.Thread(target=self._tab, args=(browser, trials, Random(self.chance.random())))
            for _ in range(TABS)
        ]
        for tab in tabs:
            tab.start()
        while len(self.acknowledged) == before and any(tab.is_alive() for tab in tabs):
            time.sleep(0.002)
        time.sleep(after_s)
        self.app.kill()
        for tab in tabs:
            tab.join()
        self.look()
        self.app.start()
        browser, again = Browser(self.app.url), self.unanswered
        self.unanswered = []
        for batch in again:  # what is refused is looked at in the end: only another tab may have been quicker
            self.send(browser, batch)

    def _tab(self, browser: Browser, trials: "deque[dict[str, Any]]", chance: Random) -> None:
        """Judges, revises one in three at once, and asks for more, as fast as it is answered."""
        batch: list[dict[str, Any]] = []
        try:
            while True:
                try:
                    mine = [trials.popleft()["trial"] for _ in range(chance.randint(1, BATCH))]
                except IndexError:
                    with self.lock:
                        trials.extend(self.hand(browser) if not trials else ())
                    continue
                batch = [judgment(trial, 0, chance) for trial in mine]
                batch += [judgment(trial, 1, chance) for trial in mine if chance.random() < 0.3]
                self.send(browser, batch)
                batch = []
        except (OSError, HTTPException, ValueError):
            with self.lock:
                self.unanswered += [batch] if batch else []

    def look(self) -> None:
        """Everything acknowledged is in the log as it was said, once, and nothing is broken."""
        with copied(self.home) as database:
            kept = {(row["trial"], row["number"]): row["n"] for row in database.query(_SOUND)}
            ranks = database.query(
                "select j.trial_id as trial, j.number, list(v.rank order by v.position) as ranks "
                "from judgment j join judgment_value v on v.judgment_id = j.id group by all"
            )
            assert database.query(_BROKEN) == [{"n": 0}]
            assert database.projection_is_right()
        said = {(row["trial"], row["number"]): row["ranks"] for row in ranks}
        assert set(kept.values()) <= {1}
        assert {key: said.get(key) for key in self.acknowledged} == self.acknowledged

    def finish(self) -> None:
        """The rest is judged: every prompt once, although it was killed in between."""
        browser = Browser(self.app.url)
        while trials := self.hand(browser):
            self.send(browser, [judgment(one["trial"], 0, self.chance) for one in trials])
        self.app.stop()
        self.look()
        assert not [one for one in self.refused if "another tab" not in one["why"]], self.refused[:3]
        with copied(self.home) as database:
            rows = database.query("select t.prompt_id as id from trial t where t.id in (select trial_id from judgment)")
        assert set(Counter(row["id"] for row in rows).values()) == {1}
        assert len(rows) == PROMPTS


def judgment(trial: str, number: int, chance: Random) -> dict[str, Any]:
    said = [{"position": at, "criterion": "overall", "rank": chance.randint(1, 5)} for at in range(3)]
    return {"trial": trial, "number": number, "said": said, "active_ms": 900}


@pytest.mark.timeout(600)
def test_two_kills_while_people_judge_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    chance = Random()
    judging = Judging(tmp_path / "home", chance)
    try:
        for _ in range(2):
            judging.burst_and_kill(chance.uniform(0, 0.5))
        judging.finish()
    finally:
        judging.app.kill()
    assert len(judging.acknowledged) >= PROMPTS
