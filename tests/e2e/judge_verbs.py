"""What a rater does on the page Judge, in verbs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Dialog, Locator, Route, expect

from tests.e2e.studio import Window

_SLOW_MS = 30_000
_SENDING = re.compile(r"/api/judgments$")


class Judge:
    """One study in one window. A trial is known by its id."""

    def __init__(self, window: Window, project: str, study: str) -> None:
        self.window, self.page, self.project, self.study = window, window.page, project, study
        self.main = self.page.locator(".judge .jd")
        self.saving = self.page.locator(".judge .save")
        self.blank = self.page.locator(".judge .blank")

    # Going there

    @classmethod
    def opened(cls, window: Window, project: str, study: str) -> "Judge":
        """A study that this browser has not opened yet: its guidelines come first."""
        judge = cls(window, project, study).visit()
        judge.expect_a_trial()
        judge.begin()
        return judge

    def visit(self) -> "Judge":
        self.page.goto(f"{self.window.address}/judge?project={self.project}&study={self.study}")
        return self

    def begin(self) -> None:
        """Read the guidelines, and begin."""
        sheet = self.page.get_by_role("dialog")
        expect(sheet.get_by_role("button", name="Begin")).to_be_visible()
        self.keys("Enter")
        expect(sheet).to_be_hidden()

    def expect_a_trial(self) -> None:
        expect(self.main).to_have_attribute("data-trial", re.compile("."), timeout=_SLOW_MS)
        expect(self.blank).to_be_hidden()

    # Judging

    def trial(self) -> str:
        self.expect_a_trial()
        return self.main.get_attribute("data-trial") or ""

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def submit(self, *keys: str) -> str:
        """Press what says it, then Enter; another trial is there afterwards. The one that was judged."""
        before = self.trial()
        self.keys(*keys, "Enter")
        expect(self.main).not_to_have_attribute("data-trial", before)
        return before

    def submit_last(self, *keys: str) -> None:
        """The same with the last one: none comes after it."""
        self.expect_a_trial()
        self.keys(*keys, "Enter")
        expect(self.blank).to_be_visible()

    def back(self, to: str) -> None:
        self.keys("b")
        self.expect_trial(to)

    def button(self, name: str) -> Locator:
        return self.page.locator(".judge").get_by_role("button", name=re.compile(f"^{re.escape(name)}"))

    def texts(self) -> list[str]:
        return [str(one).strip() for one in self.page.locator(".judge .rb").all_inner_texts()]

    # Seeing what became of it

    def expect_trial(self, trial: str) -> None:
        expect(self.main).to_have_attribute("data-trial", trial)

    def expect_sum(self, words: str) -> None:
        """What one has said so far under the question that is asked."""
        expect(self.page.locator(".judge .sum b")).to_have_text(words)

    def expect_told(self, words: str) -> None:
        """Beside the decision, or over the texts."""
        expect(self.page.locator(".judge :is(.sum, .word, .blank)").filter(has_text=words).first).to_be_visible()

    def expect_judged(self, number: int) -> None:
        expect(self.page.locator(".judge .far b")).to_have_text(str(number))

    def judged(self) -> int:
        return int(self.page.locator(".judge .far b").inner_text())

    def expect_saved(self) -> None:
        expect(self.saving).to_have_text(re.compile("saved$", re.IGNORECASE))
        expect(self.page.locator(".judge .q")).to_have_attribute("data-waiting", "0")  # the words are calmer than that

    def expect_unsaved(self, number: int) -> None:
        expect(self.saving).to_have_text(f"{number} not saved yet, kept in this browser")

    def on_the_server(self, before: str = "") -> dict[str, Any] | None:
        """The last answer that the studio itself has written down, or the one before that of a trial."""
        address = f"{self.window.address}/api/judge/past?project={self.project}&study={self.study}&before={before}"
        found: dict[str, Any] | None = self.page.request.get(address).json()["trial"]
        return found

    def counted(self) -> int:
        """How many of one's own trials the studio says are judged."""
        address = f"{self.window.address}/api/judge/trials?project={self.project}&study={self.study}&most=0"
        return int(self.page.request.get(address).json()["judged"])

    # The connection

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """No judgment reaches the studio, from no page of this window."""
        self.page.route(_SENDING, _fail)
        try:
            yield
        finally:
            self.page.unroute(_SENDING, _fail)

    @contextmanager
    def warned(self) -> Iterator[list[str]]:
        """The browser asks whether the page may really go; it may. What it asked."""
        asked: list[str] = []

        def go(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        self.page.remove_listener("dialog", self.window._note_dialog)
        self.page.on("dialog", go)
        try:
            yield asked
        finally:
            self.page.remove_listener("dialog", go)
            self.page.on("dialog", self.window._note_dialog)


def _fail(route: Route) -> None:
    route.abort("connectionrefused")
