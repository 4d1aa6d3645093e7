"""Explore in the browser, on the demo: what stands behind a number, the ways on from it, scopes, and what can be taken along."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e


def test_a_number_opens_its_instructions_and_leads_on_to_a_list_and_to_seeds(window: Window) -> None:
    window.open("explore", "Explore", project="demo")
    press_bar(window, card(window, "funnel"), number=2)
    expect(window.dialog().get_by_text("46 instructions")).to_be_visible()
    expect(window.dialog().locator("a.l")).to_have_count(46)
    window.press("Take out", inside=window.dialog())
    window.expect_title("Data")
    window.expect_said("46 rows")
    window.open("explore", "Explore", project="demo")
    press_bar(window, card(window, "funnel"), number=2)
    window.press("Use as seeds", inside=window.dialog())
    expect(window.dialog().get_by_text("45 new seeds. 1 text was a seed already.")).to_be_visible()
    window.press("Open as a list", inside=window.dialog())
    window.expect_title("Review")
    assert window.asked()["view"] == "list"
    assert window.asked()["aside"] == "any"
    window.settle()


def test_every_part_of_survival_says_something_of_the_demo_in_every_scope(window: Window) -> None:
    window.open("explore", "Explore", project="demo")
    for part, words in (
        ("Cost", "the embedded model"), ("Difficulty", "weighted kappa"), ("Length", "asked for: 10–20"), ("Rates", "Survived, by operation"),
    ):  # fmt: skip
        window.switch_to(part)
        window.expect_said(words)
    window.page.locator(".st-key-explore_show_bar").get_by_text("Accepted", exact=True).click()
    window.expect_said("Accepted, by skill of the seed")
    window.page.wait_for_url(re.compile("rate=accepted"))
    window.choose("Scope", "Run 1 · Trees with two children")
    window.page.wait_for_url(re.compile("scope=run"))
    window.expect_said("Accepted, by operation")
    press_table(card(window, "rates_operation"))
    expect(window.dialog().get_by_text("run 1", exact=False).first).to_be_visible()


def test_a_figure_is_taken_along_as_a_picture_and_as_data(window: Window, tmp_path: Path) -> None:
    window.open("explore", "Explore", project="demo", show="length")
    for words, ending, begins in (("Picture", ".svg", "<svg"), ("Data", ".csv", "epoch,n,mean")):
        with window.page.expect_download() as download:
            card(window, "words").get_by_role("button", name=words).click()
        assert download.value.suggested_filename == f"explore-words{ending}"
        file = tmp_path / f"words{ending}"
        download.value.save_as(file)
        assert file.read_text(encoding="utf-8").startswith(begins)


def test_a_project_without_evolutions_says_where_they_come_from(window: Window) -> None:
    window.open("explore", "Explore", project="my-project")
    window.expect_said("Nothing has been grown here yet.")
    window.press("Go to Runs")
    window.expect_title("Runs")


def card(window: Window, name: str) -> Locator:
    """A figure with its head and table."""
    return window.page.locator(f".st-key-explore_{name}_card")


def press_bar(window: Window, inside: Locator, number: int) -> None:
    bar = inside.locator(".barlayer .point").nth(number)
    expect(bar).to_be_visible(timeout=30_000)
    box = bar.bounding_box()
    assert box is not None
    window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def press_table(inside: Locator) -> None:
    """The first row of the table under a figure: what a point does, for keys and screen readers."""
    inside.get_by_text("As a table").click()
    inside.get_by_role("button", name="Add constraints").click()
