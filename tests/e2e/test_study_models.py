"""Models in a study, by its page: endpoints answer its prompts, and models judge its responses, with nothing said of who wins."""

from pathlib import Path

import pytest

from core.domain.study import StudyState
from core.services.projects import FIRST
from tests.builders import id_of
from tests.e2e.furnish import FAKE, furnished
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer
from tests.studies.building import a_study

DRAFT, OPEN = id_of("study A draft"), id_of("study An open one")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """A draft and an open study, and an endpoint."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        database = fresh.project(FIRST).database
        a_study(database, name="A draft", state=StudyState.DRAFT)
        a_study(database, name="An open one")
    return folder


def open_step(window: Window, study: str, step: str) -> None:
    window.open("studies", "Study", project=FIRST, study=study, step=step)


def test_an_endpoint_answers_the_prompts_of_a_draft_and_becomes_one_of_its_systems(
    window: Window, endpoint: OpenAIServer
) -> None:
    open_step(window, DRAFT, "systems")
    window.press("Ask endpoints")
    window.write("Name in the results", "evolved-7b", inside=window.dialog())
    window.write("Cap on calls", "4", inside=window.dialog())
    window.press("Begin", inside=window.dialog())
    window.expect_said("4 of 6 answered", "The next call could pass the cap of 4 calls", "4 of 6 prompts, 2 missing")
    window.press("Go on", inside=window.page.locator(".st-key-studies_answers_card"))
    window.dialog().wait_for()
    window.press("Go on", inside=window.dialog())
    window.expect_said("6 of 6 answered")
    assert endpoint.stats()["chat"] == 6


def test_a_model_judges_an_open_study_and_nothing_is_said_of_who_wins(window: Window) -> None:
    open_step(window, OPEN, "open")
    window.press("Let a model judge")
    window.dialog().get_by_text("12 calls").wait_for()
    window.press("Begin", inside=window.dialog())
    window.expect_said("12 of 12 judged", "Judged differently in the other order", f"{FAKE}, pairs, by skill")
    said = window.page.get_by_test_id("stMain").inner_text()
    assert "alpha-7b" not in said
    assert "beta-13b" not in said
