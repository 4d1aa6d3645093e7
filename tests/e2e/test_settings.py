"""Endpoints as a person sets them up: add, test, pool, and a run that asks two of them. No key is ever seen."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.e2e
IN_ENVIRONMENT, IN_SECRETS = "sk-planted-in-the-environment-4711", "sk-planted-in-the-secrets-0815"


@pytest.fixture(scope="module")
def first() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.02, key=IN_ENVIRONMENT) as server:
        yield server


@pytest.fixture(scope="module")
def second() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.02, key=IN_SECRETS, refuses=("response_format",)) as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.project(FIRST, PLAIN)
    return folder


@pytest.fixture(scope="module")
def app(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    person = tmp_path_factory.mktemp("person")
    (person / ".streamlit").mkdir()
    (person / ".streamlit" / "secrets.toml").write_text(f'[second]\nkey = "{IN_SECRETS}"\n')
    with App(home, HOME=str(person), PLANTED=IN_ENVIRONMENT) as running:
        yield running


class Settings:
    """What a person does on the page Settings."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        window.open("settings", "Settings")

    def card(self, name: str) -> Locator:
        return self.page.locator(f".st-key-settings_{name}_card")

    def add(self, name: str, server: OpenAIServer, *, where: str, key_label: str, key_name: str, **prices: str) -> None:
        self.window.press("New endpoint")
        form = self.window.dialog()
        self.window.write("Name", name, inside=form)
        self.window.write("Address", server.base_url, inside=form)
        form.get_by_role("button", name=where).or_(form.get_by_role("radio", name=where)).first.click()
        self.window.settle()
        self.window.write(key_label, key_name, inside=form)
        self.window.press("List its models", inside=form)
        expect(form.get_by_label("Model", exact=False).first).to_have_value("fake")
        for label, price in prices.items():
            self.window.write(f"$ per million {label}", price, inside=form)
        self.window.press("Save", inside=form)
        expect(self.card(name)).to_contain_text(server.base_url)

    def test(self, name: str) -> Locator:
        """Press Test; the table of what was found."""
        self.window.press("Test", inside=self.card(name))
        expect(self.card(name).locator(".findings")).to_be_visible()
        return self.card(name).locator(".findings")

    def make_pool(self, name: str, *members: str) -> None:
        self.window.press("New pool")
        form = self.window.dialog()
        self.window.write("Name", name, inside=form)
        for member in members:
            form.get_by_label("Endpoints", exact=False).first.click()
            self.page.get_by_role("option", name=member, exact=True).click()
            expect(form.get_by_label(f"Weight of {member}", exact=True)).to_be_visible()
        self.page.keyboard.press("Tab")
        self.window.press("Save", inside=form)
        expect(self.page.locator(f".st-key-settings_pool_{name}_card")).to_be_visible()


def test_from_two_endpoints_to_a_pool_to_a_run_that_asks_both(
    window: Window, app: App, home: Path, first: OpenAIServer, second: OpenAIServer
) -> None:
    settings = Settings(window)
    settings.add(
        "alpha",
        first,
        where="Environment",
        key_label="Name of the variable",
        key_name="PLANTED",
        **{"in": "1", "out": "2"},
    )
    settings.add("beta", second, where="Streamlit secrets", key_label="Name of the secret", key_name="second.key")
    found = settings.test("alpha")
    expect(found).to_contain_text(re.compile(r"JSON schema\s*The answer had the form"))
    expect(found).to_contain_text(re.compile(r"4 calls, \d+ tokens, \$0\.00"))
    found = settings.test("beta")
    expect(found).to_contain_text(re.compile(r"JSON schema\s*Refused"))
    expect(found).to_contain_text("unknown price")
    assert first.stats()["chat"] == 4
    settings.make_pool("gamma", "alpha", "beta")
    seen = window.page.content()
    window.open_new_run(endpoint="gamma")
    run = window.start_run()
    window.expect_run_is("finished")
    assert first.stats()["chat"] > 4
    assert second.stats()["chat"] > 4
    window.open_trees(run=run).open_all_of_the_detail()
    seen += window.page.content() + window.page.url
    window.open("settings", "Settings")
    window.press("Edit", inside=settings.card("alpha"))
    expect(window.dialog().get_by_label("Name of the variable", exact=True)).to_have_value("PLANTED")
    seen += window.page.content()
    kept = [file for file in home.rglob("*") if file.is_file()]
    for key in (IN_ENVIRONMENT, IN_SECRETS):
        assert key not in seen
        assert key not in app.said()
        assert not [file for file in kept if key.encode() in file.read_bytes()]


def test_a_wrong_key_and_a_typed_key_are_said_in_place(window: Window, first: OpenAIServer) -> None:
    settings = Settings(window)
    window.press("New endpoint")
    form = window.dialog()
    window.write("Name", "typed", inside=form)
    window.write("Address", first.base_url, inside=form)
    form.get_by_role("button", name="Environment").or_(form.get_by_role("radio", name="Environment")).first.click()
    window.settle()
    window.write("Name of the variable", "sk-0123456789abcdef", inside=form)
    window.press("List its models", inside=form)
    expect(form).to_contain_text("That looks like a key itself")
    window.write("Name of the variable", "NOT_SET_ANYWHERE", inside=form)
    window.press("List its models", inside=form)
    expect(form).to_contain_text("NOT_SET_ANYWHERE is not set")
    assert "NOT_SET_ANYWHERE" not in os.environ
    window.page.keyboard.press("Escape")
    expect(settings.card("typed")).to_have_count(0)


def test_an_endpoint_and_a_pool_are_removed_only_when_asked_twice(
    browser: Browser, tmp_path: Path, endpoint: OpenAIServer
) -> None:
    with furnished(tmp_path / "home") as fresh:
        fresh.endpoint(endpoint.base_url, "one")
    with App(tmp_path / "home") as app, Window(browser, app.url) as window:
        settings = Settings(window)
        settings.make_pool("both", "one")
        window.press("Remove", inside=settings.card("one"))
        window.press("Remove it", inside=window.dialog())
        expect(window.dialog()).to_contain_text("Take it out of the pool first")
        window.press("Keep it", inside=window.dialog())
        window.press("Remove", inside=window.page.locator(".st-key-settings_pool_both_card"))
        window.press("Remove it", inside=window.dialog())
        expect(window.page.locator(".st-key-settings_pool_both_card")).to_have_count(0)
        window.press("Remove", inside=settings.card("one"))
        window.press("Remove it", inside=window.dialog())
        expect(settings.card("one")).to_have_count(0)


def test_an_owner_sees_where_the_studio_connects_allows_an_address_and_withdraws_it(window: Window) -> None:
    window.open("settings", "Settings")
    window.press("Allow an address")
    window.write("Address", "http://gpu-box.lab:8000/v1", inside=window.dialog())
    window.press("Allow it", inside=window.dialog())
    expect(window.dialog()).to_have_count(0)
    window.expect_said("http://gpu-box.lab:8000")
    row = window.page.locator("[class*=settings_destination_]").filter(has_text="gpu-box").last
    expect(row).to_contain_text("on this machine or in its network")
    window.press("Withdraw", inside=row)
    window.press("Remove it", inside=window.dialog())
    expect(window.page.get_by_text("http://gpu-box.lab:8000")).to_have_count(0)
