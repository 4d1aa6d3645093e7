"""Signing in at a provider: a real OpenID provider on this machine, and a real browser that goes there and comes back."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App, free_port
from tests.e2e.signing_verbs import Signing

pytestmark = pytest.mark.e2e
USERS = (
    {"sub": "sub-1", "name": "Olga", "email": "olga@example.com"},
    {"sub": "sub-2", "name": "Cy"},
)
_STYLE = "https://cdn.jsdelivr.net/**"
_SECRETS = """[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "planted-cookie-secret-of-this-test"
client_id = "studio"
client_secret = "planted-client-secret-of-this-test"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A process of its own, which speaks http on this machine alone."""
    port = free_port()
    users = [f"--user-claims={json.dumps(one)}" for one in USERS]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *users]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://localhost:{port}"
        try:
            _wait_for(f"{url}/.well-known/openid-configuration")
            yield url
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert time.monotonic() < until, "the provider does not answer"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.project(FIRST, PLAIN)
    return folder


@pytest.fixture(scope="module")
def app(home: Path, provider: str) -> Iterator[App]:
    secrets = home / "secrets.toml"
    secrets.write_text(_SECRETS.format(provider=provider), encoding="utf-8")
    with App(home, EVOL_STUDIO_SIGN_IN="oidc", STREAMLIT_SECRETS_FILES=str(secrets)) as running:
        yield running


class AtProvider(Signing):
    """A window of somebody who signs in elsewhere. The provider's own page wants a style sheet of another host, and does without."""

    def __init__(self, browser: Browser, address: str) -> None:
        super().__init__(browser, address)
        self._context.route(_STYLE, lambda route: route.abort())

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(_STYLE.removesuffix("**")):
            super()._note_request(request)

    def sign_in_as(self, subject: str) -> None:
        expect(
            self.page.get_by_role("alert")
        ).to_be_attached()  # our part of the page is here too, and knows where one wants to go
        self.press("Sign in with your organisation")
        self.page.get_by_role("button", name=subject, exact=True).click()


def test_a_team_signs_in_at_its_provider(browser: Browser, app: App, provider: str) -> None:
    (token,) = re.findall(r"/sign-in#(\S+)", app.said())
    with AtProvider(browser, app.url) as owner, AtProvider(browser, app.url) as other:
        owner.open("seeds", "Sign in")
        owner.sign_in_as("sub-1")
        expect(owner.page.get_by_role("alert")).to_contain_text("Nobody here is known by this sign-in")

        owner.page.goto(f"{app.url}/sign-in#{token}")
        owner.expect_said("Sign in below")
        owner.page.get_by_label("Your name here").fill("Olga N.")
        owner.sign_in_as("sub-1")
        owner.expect_me("Olga N.")
        assert "#" not in owner.page.url
        cookie = owner.session()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

        owner.open("people", "People")
        owner.press("Invite")
        owner.choose("Role", "Curator: grows, reviews, settles disagreements")
        owner.press("Make the link", inside=owner.dialog())
        other.page.goto(owner.made_link())
        other.expect_said("As curator")
        other.sign_in_as("sub-2")
        other.expect_me("Cy")  # as the provider calls them
        other.open("seeds", "Seeds")

        other.page.goto(f"{app.url}/account")
        other.expect_title("Your account")
        other.press("Sign out")
        other.expect_title("Sign in")
        other.page.reload()
        other.expect_title("Sign in")  # what the provider said before lies in the browser, and signs nobody in again
        expect(other.page.get_by_role("alert")).to_have_text("")
        other.open("seeds", "Sign in")
        other.sign_in_as("sub-2")
        other.expect_title("Seeds")
    said = app.said()
    assert "planted-" not in said
    assert token not in said.replace(f"/sign-in#{token}", "")
