"""Who one is: what a person does to say so, in verbs."""

from playwright.sync_api import expect

from tests.e2e.studio import Window


class Somebody(Window):
    """A window in which a person says who they are."""

    def expect_me(self, name: str) -> None:
        expect(self.page.locator(".who.me")).to_contain_text(name)

    def open_picker(self) -> None:
        self.page.locator(".who.me").click()

    def be(self, name: str) -> None:
        self.open_picker()
        self.page.locator(".who:not(.me)", has_text=name).click()
        self.expect_me(name)

    def become_somebody_new(self, name: str) -> None:
        self.open_picker()
        self.page.get_by_label("Name of somebody new").fill(name)
        self.page.get_by_label("Name of somebody new").press("Enter")
        self.expect_me(name)

    def cookie(self) -> dict[str, object]:
        """The signed word for who this is."""
        (found,) = [one for one in self._context.cookies() if str(one.get("name")).startswith("studio_person_")]
        return dict(found)
