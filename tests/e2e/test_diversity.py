"""Diversity and Compare in the browser, on the demo: embedded there, measured, and every number opens what it is about."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e


def card(window: Window, name: str) -> Locator:
    return window.page.locator(f".st-key-explore_{name}_card")


def test_texts_are_embedded_measured_and_compared(window: Window) -> None:
    window.open("explore", "Explore", project="demo", view="diversity")
    window.expect_said("Diversity is measured on embeddings", "to embed on this machine", "it costs nothing")
    window.press("Embed the texts")
    window.expect_said("Each group at 6 texts", "95 % interval by seed", "Vendi score", timeout_s=120)
    expect(card(window, "vendi").locator(".scatterlayer .point")).to_have_count(4)
    window.switch_to("Kind")
    window.expect_said("Each group at 10 texts", timeout_s=60)
    assert window.asked()["by"] == "kind"
    card(window, "vendi").get_by_text("As a table").click()
    card(window, "vendi").get_by_role("button", name="Evolved").click()
    expect(window.dialog()).to_contain_text("46 instructions")
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_be_hidden()

    window.switch_to("Compare")
    window.expect_said("resampled together", "What differs", "Measure by measure", timeout_s=60)
    window.choose("Second side", "against Epoch 2")
    window.page.wait_for_url(re.compile("second=epoch"))
    compared = card(window, "compared")
    expect(compared.get_by_role("columnheader", name="Epoch 2")).to_be_visible(timeout=60_000)
    row = compared.get_by_role("row").filter(has_text="Survived")
    row.get_by_role("button").nth(1).click()
    expect(window.dialog()).to_contain_text("24 instructions")
    window.open("explore", "Explore", project="demo", view="compare", second="filter:epoch=none")
    window.expect_said("The address asks for epoch “none”, which there is not", "Epoch 3", timeout_s=60)
