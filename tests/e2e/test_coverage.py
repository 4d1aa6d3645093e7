"""Coverage as a curator uses it: a cell of the grid, its items, and a run that is set up to grow there and started."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.furnish import FAKE
from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e
_COLUMNS = 11  # ten difficulties, and what is not scored


def press_cell(window: Window, row: int, difficulty: int) -> None:
    """A cell of the grid."""
    point = grid(window).locator(".scatterlayer .point").nth(row * _COLUMNS + difficulty - 1)
    expect(point).to_be_attached(timeout=30_000)
    box = point.bounding_box()
    assert box is not None, "the cell is not drawn"
    window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.settle()


def grid(window: Window) -> Locator:
    return window.page.locator(".st-key-explore_coverage_card")


def cell(window: Window) -> Locator:
    return window.page.locator(".st-key-explore_cell_card")


def number(window: Window, name: str) -> Locator:
    """How many of the chosen cell have come so far."""
    return cell(window).get_by_role("button").filter(has_text=name)


def test_a_cell_opens_its_items_and_a_run_is_set_up_to_grow_there(window: Window) -> None:
    window.open("explore", "Explore", project="demo", view="coverage")
    window.expect_said(
        "Skills and difficulties", "cells filled; beside each of 18 skills its seeds", "Where to grow next"
    )
    press_cell(window, 0, 5)
    expect(cell(window)).to_contain_text("Math at 5")
    assert window.asked()["cell"] == "5:Math"
    kept = int(number(window, "Kept").locator("b.num").inner_text())
    assert kept > 0
    number(window, "Kept").click()
    expect(window.dialog()).to_contain_text(f"{kept} instructions")
    expect(window.dialog().locator(".picked a.l")).to_have_count(kept)
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_be_hidden()
    window.choose("Difficulty", "8")
    expect(cell(window)).to_contain_text("Math at 8")
    assert window.asked()["cell"] == "8:Math"
    expect(cell(window)).to_contain_text("A run that aims here")
    expect(number(window, "Accepted")).to_be_disabled()
    expect(cell(window).locator(".aim tbody tr")).to_have_count(6)
    window.press("Grow here")
    window.expect_title("New run")
    window.expect_said("to aim at Math at 8: 2 seeds, 4 epochs, operations by what has landed there")
    expect(window.page.get_by_label("Name", exact=True)).to_have_value("Math at 8")
    expect(window.page.get_by_label("Easier than", exact=True)).to_have_value("8.00")
    window.open_options()
    shares = [
        window.page.get_by_label(name, exact=True).input_value() for name in ("Add constraints", "Deepen", "Mutate")
    ]
    assert len({*shares, "1.0", "1.00"}) > 3, "all alike: these are the preset's weights"
    window.choose("Endpoint", FAKE)
    window.start_run()
    window.expect_run_is("finished")
    window.open("explore", "Explore", project="demo", view="coverage", cell="8:Law")
    expect(window.page.get_by_role("button", name="Grow here")).to_be_disabled()
    window.expect_said("This skill has no seed yet.")


def test_the_emptiest_cells_are_filled_round_after_round_and_the_runs_can_be_looked_at(window: Window) -> None:
    window.open("explore", "Explore", project="demo", view="coverage")
    window.expect_said("Fill the emptiest cells first")
    window.press("Set it up")
    expect(window.dialog().get_by_text("The first round aims at")).to_be_visible()
    window.choose("Who evolves", FAKE)
    window.write("Rounds", "2", inside=window.dialog())
    window.press("Fill", inside=window.dialog())
    window.expect_said("2 rounds,", "of them filled the cell that they aimed at", timeout_s=60)
    window.open("runs", "Runs", project="demo")
    expect(window.page.get_by_text("Fill ").first).to_be_visible()
