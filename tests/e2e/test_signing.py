"""A team at one studio: the first owner comes in by the console's link, invites, removes; everybody signs in, and out at once."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import ROOT, App, http_status
from tests.e2e.signing_verbs import Signing

pytestmark = pytest.mark.e2e
PASSWORD, OTHER = "four plain words here", "quite other words than before"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.project(FIRST, PLAIN)
    return folder


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[App]:
    with App(home, EVOL_STUDIO_SIGN_IN="accounts", EVOL_STUDIO_HOST="localhost") as running:
        yield running


def test_a_team_comes_in_works_and_leaves(browser: Browser, app: App) -> None:
    (link,) = re.findall(r"http://\S+/sign-in#\S+", app.said())
    path = link.partition("/sign-in")[1] + link.partition("/sign-in")[2]
    with Signing(browser, app.url) as owner, Signing(browser, app.url) as other:
        owner.page.goto(f"{app.url}/seeds")
        owner.expect_title("Sign in")  # instead of every page
        expect(owner.page.get_by_label("Password", exact=True)).to_be_visible()
        owner.follow(app.url + path)
        owner.settle_in("Olga", "short")
        expect(owner.page.get_by_role("alert")).to_contain_text("A password has 12 to 256 letters")
        owner.settle_in("Olga", PASSWORD)
        owner.expect_title("Seeds")  # whither the first visit led
        owner.expect_me("Olga")
        cookie = owner.session()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Strict", False)

        owner.open("people", "People")
        owner.press("Invite")
        owner.press("Make the link", inside=owner.dialog())
        invitation = owner.made_link()
        other.follow(invitation)
        expect(other.page.get_by_test_id("stMain")).to_contain_text("As annotator: reviews")
        other.settle_in("Mira", PASSWORD)
        other.expect_title("Review")
        other.sign_out()
        other.page.goto(invitation)
        expect(other.page.get_by_role("alert")).to_contain_text("leads nowhere any more")
        other.sign_in("Mira", "not her password")
        expect(other.page.get_by_role("alert")).to_contain_text("The name or the password is wrong")
        other.sign_in("mira", PASSWORD)
        other.expect_title("Review")

        other.open("account", "Your account")
        other.page.get_by_label("Present password").fill(PASSWORD)
        other.page.get_by_label("New password").fill(OTHER)
        other.press("Change it")
        other.expect_said("Your other browsers are signed out")

        owner.open("people", "People")
        owner.press("Remove", inside=owner.card_of("Mira"))
        owner.press("Remove them", inside=owner.dialog())
        owner.expect_said("not active any more")
        other.press("Sign it out")  # whatever the open page asks next
        other.expect_title("Sign in")
        other.sign_in("Mira", OTHER)
        expect(other.page.get_by_role("alert")).to_contain_text("The name or the password is wrong")

        owner.switch_to("Who did what")
        owner.expect_said("joined by invitation", "password changed", "set inactive: Mira", "sign-in failed")
        with owner.page.expect_download() as taken:
            owner.page.get_by_role("link", name="As CSV").click()
        assert "became the owner" in taken.value.path().read_text(encoding="utf-8")
        owner.sign_out()


def test_commands_of_the_machine_let_people_in_and_out(app: App) -> None:
    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "core", "people", *words], cwd=ROOT, capture_output=True, text=True, timeout=60,
            env=os.environ | {"EVOL_STUDIO_HOME": str(app.home)}, check=True,
        )  # fmt: skip
        return done.stdout

    assert re.search(r"^/sign-in#\S{40,}", command("invite", "curator", "--note", "Cy"))
    assert "Olga" in command("list")
    assert "invited" in command("log")
    assert "sign-in#" not in command("log")


def test_only_the_names_that_are_set_up_are_served(app: App) -> None:
    assert http_status(f"{app.url}/", Host="localhost") == 200
    for name in ("studio.example", "127.0.0.1.evil.example", ""):
        assert http_status(f"{app.url}/", Host=name) == 421


def test_without_sign_in_it_refuses_every_address_but_this_machines_and_says_how(tmp_path: Path) -> None:
    refused = App(tmp_path, address="0.0.0.0").launch()
    assert refused.wait() == 1
    assert "EVOL_STUDIO_SIGN_IN=accounts" in refused.said()
    assert "Traceback" not in refused.said()


def test_a_provider_that_is_not_set_up_is_said_at_the_start(tmp_path: Path) -> None:
    refused = App(tmp_path, EVOL_STUDIO_SIGN_IN="oidc").launch()
    assert refused.wait() == 1
    assert "[auth]" in refused.said()


def test_a_setting_that_cannot_be_is_said_at_the_start(tmp_path: Path) -> None:
    refused = App(tmp_path, EVOL_STUDIO_SIGN_IN="yes").launch()
    assert refused.wait() == 1
    assert "EVOL_STUDIO_SIGN_IN: Input should be 'none', 'accounts' or 'oidc'" in refused.said()
    assert "Traceback" not in refused.said()
