"""What a person who leads a study does on the page Studies, and a rater on the page that a link leads to, in verbs."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from tests.e2e.studio import Window

_SLOW_MS = 30_000


class Lead:
    """Making and leading one study."""

    def __init__(self, window: Window, project: str) -> None:
        self.window, self.page, self.project = window, window.page, project

    def open_list(self) -> "Lead":
        self.window.open("studies", "Studies", project=self.project)
        self.window.settle()
        return self

    def make(self, name: str, task: str = "") -> str:
        """A new study; ends on its first step. Its id."""
        self.window.press("New study")
        self.window.write("Name", name, inside=self.window.dialog())
        if task:
            self.window.dialog().get_by_text(task, exact=True).click()
        self.window.press("Make it", inside=self.window.dialog())
        self.window.expect_title("Study")
        self.page.wait_for_url(re.compile("study="))
        self.window.settle()
        return self.window.asked()["study"]

    def step(self, name: str) -> None:
        """One of the five, by its words."""
        self.page.get_by_test_id("stMain").get_by_role("radio", name=re.compile(f"^[1-5] {re.escape(name)}")).click()
        self.window.settle()

    def press(self, name: str) -> None:
        self.window.press(name, inside=self.page.get_by_test_id("stMain"))
        self.window.settle()

    def confirm(self, ask: str, yes: str) -> None:
        """A button that asks first, and the answer."""
        self.window.press(ask, inside=self.page.get_by_test_id("stMain"))
        self.window.press(yes, inside=self.window.dialog())
        expect(self.window.dialog()).to_have_count(0)
        self.window.settle()

    def take_prompts(self, file: Path) -> None:
        self.step("Prompts")
        self.window.choose_file(file)
        self.press("Take these prompts")
        self.window.expect_said("taken")

    def take_responses(self, file: Path) -> None:
        self.step("Systems")
        self.window.choose_file(file)
        self.press("Take these responses")
        self.window.expect_said("taken")

    def link(self, *, of_each: bool = False) -> str:
        """The address that raters are sent, without its host: everybody's, or that of the first who was chosen."""
        self.step("Raters")
        if of_each:
            self.page.get_by_text("A link for each of them").click()
        code = self.page.get_by_test_id("stCode").first
        expect(code).to_be_visible(timeout=_SLOW_MS)
        words = code.inner_text().strip()
        return f"{urlsplit(words).path.lstrip('/')}?{urlsplit(words).query}"

    def rater(self, name: str) -> Locator:
        """The row of somebody in the table of who is how far."""
        return self.page.locator(".progress tbody tr").filter(has_text=name)

    def expect_rater(self, name: str, *words: str) -> None:
        for text in words:
            expect(self.rater(name)).to_contain_text(text, timeout=_SLOW_MS)


def join(window: Window, link: str, name: str = "") -> None:
    """Follow a link: give a name, or (without one) be who one is said to be. Ends on Judge."""
    window.page.goto(f"{window.address}/{link}")
    window.expect_title("You are invited to judge")
    if name:
        window.page.get_by_label("Your name").fill(name)
    window.page.get_by_role("button", name=re.compile("^Begin")).click()
    window.page.wait_for_url(re.compile("/judge[?]"), timeout=_SLOW_MS)
