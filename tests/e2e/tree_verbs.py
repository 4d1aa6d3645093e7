"""What a person does with a tree beyond looking at it, in verbs."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.e2e.studio import Trees, Window

_SLOW_MS = 30_000


class FullTrees(Trees):
    """Scrub, filter, find, compare, evolve again, take along."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)

    # Time

    def slider(self) -> Locator:
        return self.page.get_by_role("slider", name="Epochs shown")

    def expect_epoch(self, words: str) -> None:
        expect(self.slider()).to_have_attribute("aria-valuetext", re.compile(words))

    def epochs_shown(self) -> set[int]:
        """The levels of the drawn nodes: a node of epoch 2 lies two levels below its seed, or more above."""
        return {int(one) for one in self.page.locator(".nd").evaluate_all("all => all.map(one => one.ariaLevel)")}

    # Finding

    def find(self, text: str) -> None:
        self.keys("/")
        self.page.get_by_label("Find in the seeds").fill(text)
        expect(self.page.locator(".fd")).to_be_visible()

    def hits(self) -> list[str]:
        return [str(one) for one in self.page.locator(".nd.hit").evaluate_all("all => all.map(one => one.dataset.id)")]

    def leave_the_field(self) -> None:
        """Back to the tree, with the search as it is."""
        self.page.locator(".nd.sel").focus()

    # Sheets

    def sheet(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    def chips(self, group: str) -> Locator:
        return self.page.get_by_role("group", name=group, exact=True).get_by_role("button")

    def evolve_again(self, operation: str, hint: str = "") -> None:
        self.keys("e")
        sheet = self.sheet("Evolve again from here")
        expect(sheet).to_contain_text("at most")
        sheet.get_by_role("button", name=operation, exact=True).click()
        if hint:
            sheet.get_by_role("textbox").fill(hint)
        expect(sheet.get_by_role("button", name=re.compile("^Evolve"))).to_be_enabled()
        sheet.get_by_role("button", name=re.compile("^Evolve")).click()

    def clipboard(self) -> str:
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def node_as_json(self) -> dict[str, object]:
        found = json.loads(self.clipboard())
        assert isinstance(found, dict)
        return found


@contextmanager
def new_page(window: Window) -> Iterator[Page]:
    """A page beside the app's, for files that were saved."""
    page = window.page.context.new_page()
    try:
        yield page
    finally:
        page.close()
