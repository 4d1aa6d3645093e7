"""Blind: of everything that an annotator's browser is sent in a whole study, nothing says which system wrote what."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from core.domain.person import LOCAL_OWNER, Role
from core.domain.study import StudyDesign
from core.store import study_reading
from tests.e2e.furnish import furnished
from tests.e2e.judge_verbs import Judge
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.e2e.wire import Wire
from tests.studies.building import FIVE, a_study

pytestmark = pytest.mark.e2e
LETTERS, LEAKY = "letters", "unwary"  # a rater begins in the first of them
SYSTEMS = ("Quillfeather-70B-Chat", "brambleton/ox-13b", "Zirconia Mini")
STUDY_NAME = "Quorndon against Pellitory"
PROMPTS = 6
_FIELDS = {"trial", "prompt", "texts", "said", "note", "number"}
_ANSWERS = {"study", "total", "judged", "pace_s", "trials"}
_ABOUT = {"id", "title", "guidelines", "task", "criteria", "asks_reason", "is_pilot"}


@dataclass
class Secret:
    """What only the server may know."""

    study: str = ""
    leaky: str = ""  # a study whose title names a system
    cookie: tuple[str, str] = ("", "")
    words: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def secret() -> Secret:
    return Secret()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, secret: Secret) -> Path:
    folder = tmp_path_factory.mktemp("home")
    design = StudyDesign(
        title="Which answer helps most?", guidelines="Judge what helps.", criteria=FIVE[:2], asks_each=True,
        asks_reason=True, judgments=1, attention_share=0.2, repeat_share=0.2, rng_seed=7,
    )  # fmt: skip
    with furnished(folder) as fresh:
        database = fresh.project(LETTERS).database
        secret.study = a_study(database, prompts=PROMPTS, systems=SYSTEMS, name=STUDY_NAME, design=design)
        secret.words = {*SYSTEMS, STUDY_NAME, f"responses of {STUDY_NAME}", "Quillfeather", "brambleton", "Zirconia"}
        systems = study_reading.systems(database, secret.study)
        shown = study_reading.candidates(database, secret.study)
        prompts = study_reading.prompts(database, secret.study)
        secret.ids = {one.id for one in systems} | {one.id for one in shown} | {one.id for one in prompts}
        secret.ids |= {one.revision_id for one in shown} | {one.revision_id for one in prompts}
        secret.ids |= {one.instruction_id for one in prompts}
        told = StudyDesign(title=f"Is {SYSTEMS[2]} better?", judgments=1)
        secret.leaky = a_study(fresh.project(LEAKY).database, prompts=1, systems=SYSTEMS, design=told)
        people = fresh.studio.people
        rada = people.add(LOCAL_OWNER, "Rada", Role.RATER)
        secret.cookie = (people.cookie, people.choose(rada.id))
    return folder


def rater_at(browser: Browser, wire: Wire, secret: Secret) -> Window:
    window = Window(browser, wire.url)
    name, value = secret.cookie
    window._context.add_cookies([{"name": name, "value": value, "url": wire.url}])
    return window


def judge_everything(judge: Judge) -> None:
    """Every key of the page, every trial, revisions, a reload, and the list."""
    judge.keys("m", "s", "h", "Escape", "g", "Escape")
    first = judge.submit("1", "2", "3", "1", "1", "2", "3", "2", "1")
    judge.keys("m", "s")
    judge.back(first)
    judge.keys("3", "Enter")
    judge.expect_a_trial()
    judge.expect_saved()
    judge.page.reload()
    judge.expect_a_trial()
    here = judge.page.locator(".judge .jd[data-trial], .judge .blank h2").first
    expect(here).to_be_attached()
    while judge.blank.is_hidden():
        before = judge.trial()
        judge.keys(*"123123123", "Enter")
        expect(judge.main).not_to_have_attribute("data-trial", before)
        expect(here).to_be_attached()
    judge.expect_saved()
    judge.page.goto(f"{judge.window.address}/judge?project={LETTERS}&all=1")
    judge.window.expect_title("Judge")


def expect_blind_fields(judge: Judge, about: dict[str, Any]) -> None:
    """A trial has no field for what made a text, and an id that says nothing."""
    assert set(about) == _ANSWERS
    assert set(about["study"]) == _ABOUT
    past = [judge.on_the_server()]
    while past[-1] is not None:
        past.append(judge.on_the_server(past[-1]["trial"]))
    found = [trial for trial in past if trial is not None]
    assert len(found) >= PROMPTS
    for trial in found:
        assert set(trial) == _FIELDS
        assert UUID(trial["trial"]).version == 4
        assert {key for one in trial["said"] for key in one} == {"position", "criterion", "rank", "score", "verdict"}


def test_a_whole_study_sends_nothing_that_tells_the_systems_apart(browser: Browser, app: App, secret: Secret) -> None:
    with Wire(app.url) as wire, rater_at(browser, wire, secret) as window:
        judge = Judge.opened(window, LETTERS, secret.study)
        about = window.page.request.get(f"{wire.url}/api/judge/trials?project={LETTERS}&study={secret.study}").json()
        judge_everything(judge)
        window.open("", "Judge")  # the page a rater begins on
        expect_blind_fields(judge, about)
        heard = wire.heard()
    assert b"Prompt 1: say why." in heard  # the wire does hear what is said
    assert b"Which answer helps most?" in heard
    assert b"Rada" in heard
    low = heard.lower()
    assert [word for word in sorted(secret.words) if word.lower().encode() in low] == []
    assert [one for one in sorted(secret.ids) if one.encode() in low] == []


def test_what_a_rater_may_not_open_is_not_sent(browser: Browser, app: App, secret: Secret) -> None:
    """Results, the dataset and its trees would unblind: a rater's browser gets a refusal, whatever address it asks."""
    with Wire(app.url) as wire, rater_at(browser, wire, secret) as window:
        window.page.goto(f"{wire.url}/judge?project={LETTERS}")
        for path in ("studies", "results", "review", "explore", "data", "trees", "seeds", "history"):
            window.page.goto(f"{wire.url}/{path}?project={LETTERS}&study={secret.study}")
            expect(window.page.get_by_test_id("stApp")).to_contain_text("Rada", timeout=30_000)  # the frame is drawn
            window.settle()
        for route in ("trees", "trials", "exports"):
            window.page.request.get(f"{wire.url}/api/{route}?project={LETTERS}")
        low = wire.heard().lower()
    assert [word for word in sorted(secret.words) if word.lower().encode() in low] == []


def test_a_name_that_leaks_is_heard(browser: Browser, app: App, secret: Secret) -> None:
    with Wire(app.url) as wire, rater_at(browser, wire, secret) as window:
        Judge.opened(window, LEAKY, secret.leaky)
        low = wire.heard().lower()
    assert [word for word in SYSTEMS if word.lower().encode() in low] == [SYSTEMS[2]]
