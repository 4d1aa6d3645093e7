"""A run as a person steers it: watch, pause, resume, stop, close the tab, restart the studio."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.e2e
SEEDS = tuple(f"{text} Part {number}." for number in range(12) for text in PLAIN)
SLOW_S = 0.4


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.endpoint("http://127.0.0.1:9/v1", "dead")
        for slug in ("watched", "paused", "stopped", "refused", "killed", "capped"):
            fresh.project(slug, SEEDS)
        for slug in ("empty", "imports", FIRST):
            fresh.project(slug)
    return folder


@pytest.fixture(scope="module")
def locked_endpoint(home: Path) -> Iterator[OpenAIServer]:
    with openai_server(key="the right one") as server:
        yield server


@pytest.fixture
def slow(endpoint: OpenAIServer) -> Iterator[OpenAIServer]:
    endpoint.change(latency_s=SLOW_S)
    yield endpoint
    endpoint.change(latency_s=0.05)


def test_a_run_goes_on_without_its_tab_and_a_second_tab_shows_the_same(window: Window, slow: OpenAIServer) -> None:
    window.open_new_run("watched")
    run = window.start_run(seeds=20)
    window.expect_said("You can close this tab; the run goes on.")
    window.expect_decided(1)
    second = window.second_tab()
    second.open_run(run, "watched")
    second.expect_decided(window.decided())
    window.close_tab()
    slow.change(latency_s=0.02)
    second.expect_run_is("finished")
    assert second.decided() == 40
    expect(second.page.get_by_role("button", name=re.compile("^Pause"))).to_have_count(0)


def test_a_run_is_paused_and_resumed(window: Window, slow: OpenAIServer) -> None:
    window.open_new_run("paused")
    window.start_run(seeds=20)
    window.expect_decided(1)
    window.press("Pause")
    window.expect_said("Everything that came back is kept.")
    window.expect_run_is("paused")
    kept, asked = window.decided(), slow.stats()["chat"]
    window.page.reload()
    window.expect_run_is("paused")
    assert (window.decided(), slow.stats()["chat"]) == (kept, asked), "a paused run asked for more"
    slow.change(latency_s=0.02)
    window.press("Resume")
    window.expect_run_is("finished")
    assert window.decided() == 40


def test_a_stop_is_asked_about_first(window: Window, slow: OpenAIServer) -> None:
    window.open_new_run("stopped")
    window.start_run(seeds=20)
    window.expect_decided(1)
    window.press("Stop")
    expect(window.dialog()).to_contain_text("What is done stays; you can start again from here.")
    window.press("Keep going", inside=window.dialog())
    expect(window.dialog()).to_have_count(0)
    before = window.decided()
    window.expect_decided(before + 1)
    window.press("Stop")
    window.press("Stop the run", inside=window.dialog())
    window.expect_run_is("stopped")
    expect(window.page.get_by_role("button", name=re.compile("^Resume"))).to_be_visible()


def test_what_cannot_be_run_is_said_and_nothing_is_asked(window: Window, endpoint: OpenAIServer) -> None:
    asked = endpoint.stats().get("chat", 0)
    window.open_new_run("refused")
    window.open_options("Caps")
    window.write("Cap on calls", "0")
    window.press("Start the run")
    window.expect_said("The cap allows not even one call")
    window.write("Cap on calls", "")
    window.write("Cap on dollars", "1")
    window.press("Start the run")
    window.expect_said("so money cannot be capped")
    window.write("Cap on dollars", "")
    window.open_options()
    for label in ("Add constraints", "Deepen", "Concretize", "More reasoning", "Complicate input", "Mutate"):
        window.write(label, "0")
    window.press("Start the run")
    window.expect_said("weights sum to zero")
    assert endpoint.stats().get("chat", 0) == asked


def test_the_estimate_follows_every_change_and_says_where_a_cap_ends_the_run(window: Window) -> None:
    window.open_new_run("refused")
    window.write("Seeds", "20")
    window.expect_said("For 20 seeds and 2 epochs.", "price unknown", "assumed until")
    window.open_options()
    window.write("Epochs", "4")
    window.expect_said("For 20 seeds and 4 epochs.")
    window.open_options("Caps")
    window.write("Cap on calls", "40")
    window.expect_said("The cap of 40 calls comes before the end")
    window.write("Cap on tokens", "100")
    window.expect_said("A call starts only if its worst case")


def test_a_run_at_its_cap_goes_on_under_a_higher_one_and_another_is_set_up_like_it(
    window: Window, endpoint: OpenAIServer
) -> None:
    window.open_new_run("capped")
    window.open_options("Caps")
    window.write("Cap on calls", "9")
    run = window.start_run(seeds=6)
    window.expect_run_is("cannot go on")
    window.expect_said("the cap of 9 calls")
    window.press("Raise the cap and resume")
    expect(window.dialog()).to_contain_text("So far 9 calls")
    window.write("Cap on calls", "5", inside=window.dialog())
    window.press("Change and resume", inside=window.dialog())
    expect(window.dialog()).to_contain_text("has spent more than that")
    window.write("Cap on calls", "500", inside=window.dialog())
    window.press("Change and resume", inside=window.dialog())
    window.expect_run_is("finished")
    assert window.decided() == 12
    window.press("More")
    window.press("Set up another one like it")
    window.expect_title("New run")
    window.expect_said("with everything that run 1")
    assert window.asked()["like"] == run
    window.open_options("Caps")
    expect(window.page.get_by_label("Cap on calls", exact=True)).to_have_value("500")
    expect(window.page.get_by_label("Seeds", exact=True)).to_have_value("6")
    window.start_run()
    window.expect_run_is("finished")


def test_a_click_in_the_overview_opens_what_stands_behind_the_figure(window: Window) -> None:
    """After the test above: the project has two finished runs of six seeds."""
    window.open("runs", "Runs", project="capped")
    window.switch_to("Overview")
    window.expect_said("Survived, by epoch")
    window.press_point("Survived, by epoch")
    expect(window.dialog()).to_contain_text("6 instructions · epoch 1")
    assert window.asked()["pick"] == "epoch:1"
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_have_count(0)
    expect(window.page).not_to_have_url(re.compile("pick="))
    window.switch_to("Tables")
    window.page.get_by_role("link", name=" of 6").first.click()
    window.dialog().locator("a.l").first.click()
    window.expect_title("Trees")
    assert window.asked()["node"]


def test_two_runs_are_compared_at_an_address_of_their_own(window: Window) -> None:
    window.open("runs", "Runs", project="capped")
    runs = [window.asked().get("run", "")]
    window.open("runs", "Runs", project="capped", view="overview")
    window.page.locator(".st-key-overview_how").get_by_role("combobox").click()
    window.page.get_by_role("option", name=re.compile("^Run 1")).click()
    window.expect_said("Two runs", "Difference, 95 %")
    other = window.asked()["with"]
    window.open("runs", "Runs", project="capped", view="overview", **{"with": other})
    window.expect_said("◆ Run 1", "Second minus first.")
    assert other not in runs


def test_an_overview_of_nothing_says_so(window: Window, slow: OpenAIServer) -> None:
    slow.change(latency_s=30.0)
    window.open_new_run("paused")
    run = window.start_run(seeds=1)
    window.open_overview(run, "paused")
    window.expect_said("Nothing is decided yet.", "Still going")
    window.press("Pause")


def test_a_dead_endpoint_refuses_the_run(window: Window) -> None:
    window.open_new_run("refused", endpoint="dead")
    window.press("Start the run")
    window.expect_said("Nothing was spent")
    window.open("runs", "Runs", project="refused")
    window.expect_said("No runs yet.")


def test_a_wrong_key_is_said_when_an_endpoint_is_connected(window: Window, locked_endpoint: OpenAIServer) -> None:
    window.open_home()
    window.press("Connect")
    window.write("Address", locked_endpoint.base_url, inside=window.dialog())
    window.press("List its models", inside=window.dialog())
    expect(window.dialog()).to_contain_text("Nothing was spent")
    assert locked_endpoint.stats().get("chat", 0) == 0


def test_empty_pages_say_what_to_do(window: Window) -> None:
    window.open_seeds("empty")
    window.expect_said("No seeds yet.", "Starter seeds", "Choose a file")
    window.open("runs", "Runs", project="empty")
    window.expect_said("No runs yet.")
    window.press("New run")
    window.expect_title("New run")
    window.expect_said("There are no seeds to grow yet.")
    window.open("trees", "Trees", project="empty")
    window.expect_said("No trees yet.")
    assert window.page.get_by_role("button", name="New run").is_visible()


def test_a_killed_studio_leaves_a_run_that_is_resumed_by_one_button(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    with openai_server(latency_s=0.3) as server:
        folder = tmp_path / "home"
        with furnished(folder) as fresh:
            fresh.endpoint(server.base_url, in_flight=8)
            fresh.project(FIRST, SEEDS)
        with App(folder) as app, Window(browser, app.url) as window:
            window.open_new_run()
            run = window.start_run(seeds=20)
            window.expect_decided(3)
            shown = window.decided()
            app.kill()
            app.start()
            window.open_home()
            window.expect_said("was interrupted")
            window.press("Continue there")
            window.expect_title("Run")
            window.expect_run_is("interrupted")
            assert window.asked()["run"] == run
            assert window.decided() >= shown, "what was shown as done is gone"
            server.change(latency_s=0.02)
            window.press("Resume")
            window.expect_run_is("finished")
            assert window.decided() == 40
