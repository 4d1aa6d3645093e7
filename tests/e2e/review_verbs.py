"""What a person does on the page Review beside the deck, in verbs."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.studio import Window

_CHECK_X, _HEAD_Y, _ROW_Y = 16, 35, 33  # px inside the table, which draws itself on a canvas


class Review:
    """The queues, their lists, and what is decided there."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    def open(self, project: str, **query: str) -> "Review":
        """The list of queues, or what the query asks for."""
        self.window.open("review", "Review", project=project, **query)
        self.window.settle()
        return self

    def press(self, name: str) -> None:
        """A button of the page itself, by its whole name."""
        self.main().get_by_role("button", name=name, exact=True).first.click()
        self.window.settle()

    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    def expect_matching(self, words: str) -> None:
        """What the live count of the form says."""
        expect(self.page.locator(".matches")).to_have_text(words)

    def choose_rows(self, *rows: int) -> None:
        """Rows of the table, from 0 on."""
        table = self.page.get_by_test_id("stDataFrame").first
        expect(table).to_be_visible()
        for row in rows:
            table.click(position={"x": _CHECK_X, "y": _HEAD_Y + _ROW_Y * row + _ROW_Y // 2})
        chosen = self.main().get_by_role("button", name=f"Accept {len(rows)}", exact=True)
        expect(chosen).to_be_visible()
        self.window.settle()

    def expect_queue(self, name: str, *words: str) -> None:
        """The row of a queue says so."""
        row = self.page.locator(".view.queue").filter(has=self.page.locator("b", has_text=name))
        for text in words:
            expect(row).to_contain_text(text)

    def expect_address(self, **query: str) -> None:
        for name, value in query.items():
            expect(self.page).to_have_url(re.compile(f"[?&]{name}={re.escape(value)}(&|$)"))
