"""What a curator does in the deck, in verbs. Cards are told apart by the instruction that they show."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Dialog, Locator, Route, expect

from tests.e2e.studio import Window

_SLOW_MS = 30_000
_SENDING = re.compile(r"/api/(decisions|ratings)$")


class Deck:
    """The deck of one queue in one window."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        self.card = self.page.locator(".deck .cd")
        self.text = self.page.locator(".deck .tx")
        self.side = self.page.locator(".deck .sd")
        self.saving = self.page.locator(".deck .save")

    # Going there

    @classmethod
    def opened(cls, window: Window, project: str, queue: str) -> "Deck":
        window.page.goto(f"{window.address}/review?project={project}&queue={queue}")
        deck = cls(window)
        deck.expect_a_card()
        return deck

    def expect_a_card(self) -> None:
        expect(self.card).to_have_attribute("data-trial", re.compile("."), timeout=_SLOW_MS)
        expect(self.page.locator(".deck .blank")).to_be_hidden()

    # Deciding

    def item(self) -> str:
        """The instruction that is shown."""
        self.expect_a_card()
        return self.card.get_attribute("data-instruction") or ""

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, key: str) -> str:
        """Press a key that decides; the next card is there afterwards. The instruction that was decided."""
        before = self.item()
        self.keys(key)
        expect(self.card).not_to_have_attribute("data-instruction", before)
        return before

    def decide_last(self, key: str) -> None:
        """The same with the last card: none comes after it."""
        expect(self.button("Accept")).to_be_enabled()
        self.keys(key)
        expect(self.page.locator(".deck .blank")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.locator(".deck").get_by_role("button", name=re.compile(f"^{re.escape(name)}"))

    # Seeing what became of it

    def expect_item(self, item: str) -> None:
        expect(self.card).to_have_attribute("data-instruction", item)

    def expect_done(self, number: int) -> None:
        """So many of the queue's items are decided, by the line above the card."""
        expect(self.page.locator(".deck .far b")).to_have_text(str(number))

    def done(self) -> int:
        return int(self.page.locator(".deck .far b").inner_text())

    def expect_saved(self) -> None:
        expect(self.saving).to_have_text("Saved")
        expect(self.page.locator(".deck .q")).to_have_attribute("data-waiting", "0")  # the words are calmer than that
        expect(self.page.locator(".deck .five .saving")).to_have_count(0)

    def expect_unsaved(self, number: int) -> None:
        expect(self.saving).to_have_text(f"{number} not saved yet, kept in this browser")

    def expect_said(self, words: str) -> None:
        """To a screen reader, after a key."""
        expect(self.page.locator(".deck .sr[role=status]")).to_contain_text(words)

    def sheet(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    def decided_on_the_server(self, project: str, queue: str) -> int:
        """How many verdicts of today the studio itself has written down."""
        reply = self.page.request.get(f"{self.window.address}/api/trials?project={project}&queue={queue}&most=0")
        return int(reply.json()["sitting"]["decided"])

    # The connection

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nothing that is decided reaches the studio, from no page of this window."""
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
