"""The demo's finished study, in a browser: its results, and everything that can be taken along; the report asks for nothing."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e
TAKEN = {
    "The report as a page": (".html", "<!doctype html>"),
    "The report as Markdown": (".md", "# Small models on the test set"),
    "The study as a file": (".jsonl", '{"design":'),
    "Preferences for training": (".jsonl", '{"prompt": '),
}


def test_a_visitor_of_the_demo_takes_the_report_along_and_it_stands_alone(window: Window, tmp_path: Path) -> None:
    window.open("results", "Results", project="demo")
    window.press("Results")
    window.expect_said("30 prompts, 6 simulated annotators")
    window.page.keyboard.press("w")
    expect(window.dialog().get_by_text("Take along")).to_be_visible()
    for words, (ending, begins) in TAKEN.items():
        with window.page.expect_download() as download:
            window.dialog().get_by_role("link", name=words).click()
        file = tmp_path / f"{words}{ending}"
        assert download.value.suggested_filename.endswith(ending)
        download.value.save_as(file)
        assert file.read_text(encoding="utf-8").startswith(begins)

    # Opened on its own it asks for nothing, runs nothing, and says who was simulated.
    alone = window.page.context.new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto((tmp_path / "The report as a page.html").as_uri())
    expect(alone.get_by_text("SIMULATED RATERS: some raters")).to_be_visible()
    expect(alone.get_by_role("img").first).to_be_visible()
    assert asked == [alone.url]
    assert alone.locator("script").count() == 0
    alone.close()
