"""The pages without a browser (AppTest): each is drawn in each state without an exception, and says what it should."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.services.projects import FIRST
from pages.ui import shell
from tests.e2e.furnish import PLAIN, furnished, in_this_process
from tests.e2e.running import ROOT
from tests.openai_server import openai_server

TITLES = {
    "home": "Grow a hard instruction dataset", "seeds": "Seeds", "runs": "Run", "trees": "Trees", "people": "People", "team": "Team",
    "history": "History",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first project has seeds and a finished run, "bare" only seeds, "empty" nothing."""
    folder = tmp_path_factory.mktemp("home")
    with openai_server() as endpoint, furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.grow(fresh.project(FIRST, PLAIN))
        fresh.project("bare", PLAIN)
        fresh.project("empty")
    return folder


@pytest.fixture(scope="module", autouse=True)
def studio(home: Path) -> Iterator[None]:
    """The pages' own studio, opened on that home and closed with the module."""
    with in_this_process(home):
        yield


def page(name: str, **query: str) -> AppTest:
    """A page, drawn; its title is the first thing that is asserted."""
    test = AppTest.from_file(str(ROOT / "pages/ui/studio.py"), default_timeout=60)
    for key, value in query.items():
        test.query_params[key] = value
    test.run()
    if name != "home":
        test.switch_page(f"../{name}.py").run()
    title = "New run" if "new" in query else TITLES[name]
    assert test.title, f"{name} is empty"
    assert test.title[0].value.startswith(title)
    assert not test.exception
    return test


def buttons(test: AppTest) -> set[str]:
    return {button.label for button in test.button}


@pytest.mark.parametrize("project", [FIRST, "bare", "empty"])
@pytest.mark.parametrize("name", TITLES)
def test_every_page_is_drawn_in_every_state(name: str, project: str) -> None:
    page(name, project=project)


def test_home_offers_three_ways_and_where_one_left_off() -> None:
    assert {"Open the demo", "Start growing", "Connect", "Continue there"} <= buttons(page("home"))


def test_an_empty_project_offers_the_next_step_on_each_page() -> None:
    assert "Add the starter seeds" in buttons(page("seeds", project="empty"))
    assert "New run" in buttons(page("runs", project="empty"))
    assert "New run" in buttons(page("trees", project="empty"))
    assert "Add seeds" in buttons(page("runs", project="empty", new="1"))


def test_a_finished_run_offers_its_trees_and_nothing_to_resume() -> None:
    offered = buttons(page("runs"))
    assert {"See its trees", "New run"} <= offered
    assert not {"Pause", "Resume", "Stop…"} & offered


def test_a_page_has_one_primary_button_at_most() -> None:
    for name in TITLES:
        for project in (FIRST, "bare", "empty"):
            primary = [one.label for one in page(name, project=project).button if one.proto.type == "primary"]
            assert len(primary) <= 1, f"{name} of {project} has {primary}"


def test_a_new_run_asks_for_what_decides_it_and_starts_nothing_by_itself() -> None:
    test = page("runs", project="bare", new="1")
    assert {"Name", "Seeds", "Endpoint"} <= {
        one.label for one in [*test.text_input, *test.number_input, *test.selectbox]
    }
    assert not shell.studio().runs.list(shell.actor(), shell.open_project("bare", shell.actor()))


def test_a_start_without_the_model_is_refused_with_the_next_step() -> None:
    test = page("runs", project="bare", new="1")
    next(button for button in test.button if button.label == "Start the run").click().run()
    assert not test.exception
    assert not shell.studio().runs.list(shell.actor(), shell.open_project("bare", shell.actor()))


def test_an_unknown_run_in_the_address_shows_a_known_one() -> None:
    test = page("trees", run="00000000-0000-0000-0000-000000000000")
    assert any(one.label == "Run" for one in test.selectbox)
