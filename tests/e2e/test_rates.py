"""What people's decisions lead to, as a curator sees it: rates, answers that are owed, thresholds, and a run that waits."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from core.domain.decision import Act
from core.domain.run import Difficulty, RunSettings
from core.store.instruction_rows import instruction_from
from tests.e2e.furnish import FAKE, PLAIN, furnished
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer
from tests.store.reviewing import say

pytestmark = pytest.mark.e2e
NODES = "select i.* exclude (seq) from instruction i join instruction_state s using (id) where s.run_status = 'survived' order by i.seq"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """ "decided": a run without answers, of which people have decided everything; "waiting": only seeds."""
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(p_equal=0.0)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        project = fresh.project("decided", PLAIN)
        settings = RunSettings(
            name="Bare", endpoint=FAKE, epochs=2, respond=False, difficulty=Difficulty.NONE, rng_seed=3
        )
        fresh.grow(project, settings=settings)
        for nth, row in enumerate(project.database.query(NODES)):
            say(project.database, instruction_from(row), Act.REJECT if nth % 3 == 0 else Act.ACCEPT, "local")
        fresh.project("waiting", PLAIN)
        fresh.project("undecided")
    return folder


def test_an_empty_page_of_rates_says_what_will_stand_there(window: Window) -> None:
    window.open("rates", "Rates", project="undecided")
    window.expect_said("Nobody has decided about a survivor here yet.")


def test_one_answer_is_estimated_first_and_made_when_that_is_confirmed(window: Window, endpoint: OpenAIServer) -> None:
    window.open("rates", "Rates", project="decided")
    window.open_options("Which ones")
    link = window.page.locator(".rates a.l").first
    expect(link).to_be_visible()
    instruction = parse_qs(urlsplit(link.get_attribute("href") or "").query)["node"][0]
    before = endpoint.stats()["chat"]
    status, said = asked(window, instruction=instruction)
    assert (status, said["estimate"]["endpoint"], said["estimate"]["refusal"]) == (200, FAKE, "")
    assert endpoint.stats()["chat"] == before
    status, said = asked(window, instruction=instruction, confirm=True)
    assert (status, said["problem"]) == (200, "")
    assert said["response"]["words"] > 0
    assert endpoint.stats()["chat"] == before + 1
    assert asked(window, instruction=instruction, confirm=True)[0] == 422  # it has an answer to this very text
    assert asked(window, instruction="somebody's")[0] == 404
    assert asked(window, instruction="00000000-0000-4000-8000-000000000000")[0] == 404


def asked(window: Window, **body: object) -> tuple[int, dict[str, Any]]:
    """What the route says to this page."""
    found = window.page.evaluate(
        """async (body) => { const reply = await fetch("/api/answers", {method: "POST", body: JSON.stringify(body)});
        return [reply.status, await reply.json()]; }""",
        {"project": "decided", **body},
    )
    return found[0], found[1]


def test_owed_answers_are_listed_and_answered_by_one_press(window: Window, endpoint: OpenAIServer) -> None:
    window.open("rates", "Rates", project="decided")
    window.expect_said("without an answer to the present text")
    before = endpoint.stats()["chat"]
    window.press("Answer them")
    window.expect_said("all are answered")
    assert endpoint.stats()["chat"] > before


def test_another_threshold_is_tried_without_a_call(window: Window, endpoint: OpenAIServer) -> None:
    window.open("rates", "Rates", project="decided")
    window.choose("Of", "Run 1 · Bare")
    window.expect_said("The next draws")
    window.expect_said("The automatic rules against people")
    asked = endpoint.stats()["chat"]
    window.settle()  # a press into a page that is just being drawn again may hit nothing
    window.press("Try it")
    window.expect_said("Would be eliminated")
    assert endpoint.stats()["chat"] == asked


def test_a_run_that_waits_for_people_says_so(window: Window) -> None:
    window.open_new_run("waiting")
    window.open_options("People")
    window.choose("What grows on", "Only what people accept")
    window.write("Undecided survivors at most", "2")
    window.start_run(seeds=5)
    window.expect_said("waits for people: 2 survivors undecided")
    window.press("Pause")
    window.expect_run_is("paused")
    expect(window.page.get_by_text("waits for people")).to_have_count(0)
