"""Signing in, in verbs."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.people_verbs import Somebody


class Signing(Somebody):
    """A window in which a person signs in."""

    def follow(self, link: str) -> None:
        """A link that lets somebody in; the token must not stay in the address."""
        self.page.goto(link)
        self.expect_title("Sign in")
        expect(self.page.get_by_label("Password of your choice")).to_be_visible()
        assert "#" not in self.page.url

    def settle_in(self, name: str, password: str) -> None:
        """Choose a name, unless it is known, and a password."""
        if name:
            self.page.get_by_label("Your name here").fill(name)
        self.page.get_by_label("Password of your choice").fill(password)
        self.press("Go in")

    def sign_in(self, name: str, password: str) -> None:
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")

    def sign_out(self) -> None:
        self.open_picker()
        self.press("Sign out")
        self.expect_title("Sign in")

    def session(self) -> dict[str, object]:
        """The session's cookie."""
        (found,) = [one for one in self._context.cookies() if str(one.get("name")).startswith("studio_session_")]
        return dict(found)

    def made_link(self) -> str:
        """The link that a dialog shows."""
        shown = self.dialog().get_by_test_id("stCode")
        expect(shown).to_contain_text("/sign-in#")
        return shown.inner_text().strip()

    def card_of(self, name: str) -> Locator:
        """Somebody's line on the page People."""
        return self.page.locator("[class*=st-key-people_][class*=_card]", has_text=re.compile(re.escape(name)))
