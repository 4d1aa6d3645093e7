"""Several projects as a person keeps them: the choice that appears with the second one, switching, renaming, putting away."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from core.services.projects import FIRST
from tests.builders import project_at
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil.example/x.png) **b**"
OTHER, LONG = "other", "long"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, grown: Path) -> Path:
    """Made after the other one: once a browser is there, no run can be grown in this process."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.project(FIRST, PLAIN[:2])
    return folder


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """A home with two grown projects and one to grow in."""
    folder = tmp_path_factory.mktemp("grown")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.grow(fresh.project(FIRST, PLAIN[:1]), name="Of the first")
        fresh.grow(fresh.project(OTHER, PLAIN[1:2]), name="Of the other")
        fresh.project(LONG, tuple(f"{text} Part {number}." for number in range(6) for text in PLAIN))
    return folder


def choice(window: Window) -> Locator:
    return window.page.get_by_test_id("stSidebar").get_by_role("combobox", name="Project")


def expect_in(window: Window, name: str) -> None:
    """The frame says which project one is in."""
    expect(choice(window)).to_have_value(name)


def choices(window: Window) -> list[str]:
    choice(window).click()
    expect(window.page.get_by_role("option").first).to_be_visible()
    found = window.page.get_by_role("option").all_inner_texts()
    window.page.keyboard.press("Escape")
    return found


def switch_to(window: Window, name: str) -> None:
    choice(window).click()
    window.page.get_by_role("option", name=name, exact=True).click()
    expect_in(window, name)
    window.settle()


def open_projects(window: Window) -> None:
    window.page.get_by_test_id("stSidebar").get_by_role("link", name="Projects").click()
    window.expect_title("Projects")


def card(window: Window, slug: str) -> Locator:
    return window.page.locator(f".st-key-projects_{slug}_card")


def make(window: Window, name: str) -> None:
    """On Projects: a new one; ends on its empty page of seeds."""
    window.press("New project")
    window.write("Name", name, inside=window.dialog())
    window.press("Make it", inside=window.dialog())
    window.expect_title("Seeds")
    window.expect_said("No seeds yet.")


def test_from_the_second_project_on_there_is_a_choice_and_an_archived_one_is_out_of_it(window: Window) -> None:
    window.open_seeds()
    expect(window.page.get_by_test_id("stSidebar").get_by_text("My project")).to_be_visible()
    expect(choice(window)).to_have_count(0)
    open_projects(window)
    make(window, "Hard maths")
    expect_in(window, "Hard maths")
    assert window.asked()["project"] == "hard-maths"
    switch_to(window, "My project")
    window.expect_said(PLAIN[0])
    assert window.asked()["project"] == FIRST
    assert choices(window) == ["Hard maths", "My project"]

    open_projects(window)
    expect(card(window, FIRST)).to_contain_text("2 seeds")
    window.press("Rename", inside=card(window, "hard-maths"))
    window.write("Name", "Birds", inside=window.dialog())
    window.press("Rename it", inside=window.dialog())
    expect(card(window, "hard-maths")).to_contain_text("Birds")
    assert choices(window) == ["Birds", "My project"]

    window.press("Archive", inside=card(window, "hard-maths"))
    window.expect_said("“Birds” is archived. Its file is untouched.")
    expect(choice(window)).to_have_count(0)
    window.page.get_by_text("Archived: 1").click()
    window.press("Restore", inside=card(window, "hard-maths"))
    window.expect_said("“Birds” is listed again.")
    assert choices(window) == ["Birds", "My project"]
    window.press("Switch to it", inside=card(window, "hard-maths"))
    expect_in(window, "Birds")
    window.press("Archive", inside=card(window, "hard-maths"))
    expect(window.page.get_by_test_id("stSidebar").get_by_text("My project")).to_be_visible()
    window.press("Archive", inside=card(window, FIRST))
    window.expect_said("This is the only project.")


def test_a_new_tab_begins_with_the_project_chosen_last(browser: Browser, home: Path, window: Window) -> None:
    window.open("projects", "Projects")
    make(window, "Chosen")
    later = Window(browser, window.address)
    later.open_seeds()
    expect_in(later, "Chosen")
    switch_to(later, "My project")
    later.close()


def test_a_file_is_opened_by_its_path_and_what_is_no_project_is_refused_in_words(
    window: Window, tmp_path: Path
) -> None:
    with project_at(tmp_path / "Brought along.duckdb"):
        pass
    (tmp_path / "diary.duckdb").write_text("Dear diary")
    window.open("projects", "Projects")
    window.press("Open a file")
    for path, words in (
        (tmp_path / "none.duckdb", "There is no such file"),
        (tmp_path, "Name the file in it, such as Brought along.duckdb."),
        (tmp_path / "diary.duckdb", "Restore a backup, or choose another file."),
        (window_home(window) / "studio.duckdb", "Choose another file."),
    ):
        window.write("Path of a project's file", str(path), inside=window.dialog())
        window.press("Open it", inside=window.dialog())
        expect(window.dialog().get_by_text(words)).to_be_visible()
    window.write("Path of a project's file", str(tmp_path / "Brought along.duckdb"), inside=window.dialog())
    window.press("Open it", inside=window.dialog())
    window.expect_title("Seeds")
    expect_in(window, "Brought along")
    assert window.asked()["project"] == "brought-along"


def test_a_name_is_only_text_wherever_it_stands(window: Window) -> None:
    window.open("projects", "Projects")
    make(window, HOSTILE)
    expect_in(window, HOSTILE)
    assert HOSTILE in choices(window)
    open_projects(window)
    window.expect_said(HOSTILE)
    assert window.page.locator("img[src='x'], [data-testid=stMain] strong").count() == 0
    switch_to(window, "My project")


def test_a_link_opens_the_project_it_names_whatever_one_was_in(browser: Browser, grown: Path) -> None:
    with App(grown) as app, Window(browser, app.url) as window:
        trees = window.open_trees()
        expect_in(window, "My project")
        assert window.asked()["project"] == FIRST
        switch_to(window, "Other")
        expect(window.page.locator(".sd")).to_contain_text(PLAIN[1][:30])
        expect(window.page.locator(".nd.sel")).to_contain_text(PLAIN[1][:20])
        window.settle()
        trees.pick_node(trees.nodes()[1])
        address, node = window.page.url, window.asked()["node"]
        assert f"project={OTHER}" in address
        switch_to(window, "My project")
        expect(window.page.locator(f"[data-id='{node}']")).to_have_count(0)
        other = window.second_tab()
        other.page.goto(address)
        trees_again = type(trees)(other)
        trees_again.expect_node(node)
        expect_in(other, "Other")
        other.go_by_menu("Runs", "Run")
        other.expect_said("Of the other")
        window.go_by_menu("Runs", "Run")
        window.expect_said("Of the first")


def test_a_run_goes_on_when_one_switches_and_the_foot_leads_back_to_it(
    browser: Browser, grown: Path, endpoint: OpenAIServer
) -> None:
    endpoint.change(latency_s=0.4)
    with App(grown) as app, Window(browser, app.url) as window:
        window.open_new_run(LONG)
        run = window.start_run(seeds=20)
        switch_to(window, "Other")
        foot = window.page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("^Long: Run 1"))
        expect(foot).to_be_visible()
        foot.click()
        window.page.wait_for_url(re.compile(f"run={run}"))
        expect_in(window, "Long")
        window.expect_decided(1)
        open_projects(window)
        window.press("Archive", inside=card(window, LONG))
        window.expect_said("is going in this project")
        endpoint.change(latency_s=0.02)
        window.open_run(run, LONG)
        window.expect_run_is("finished")
    endpoint.change(latency_s=0.05)


def window_home(window: Window) -> Path:
    """Where the app of this window keeps its files: a project's line says it."""
    line = card(window, FIRST).locator("[title]").last
    return Path(str(line.get_attribute("title"))).parents[1]
