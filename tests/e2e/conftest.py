"""The real app, a browser that may reach nothing but it, and an endpoint that costs nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.furnish import furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer, openai_server

expect.set_options(timeout=15_000)  # ms; a busy machine is slow, a broken page is slow for ever
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="module")
def browser(chrome: Path, home: Path) -> Iterator[Browser]:
    """After the home is furnished: Playwright keeps an event loop running in this thread, and runs need their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.05) as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """Where the module's app lives. A module that wants more in it than the endpoint has a fixture of this name."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
    return folder


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[App]:
    with App(home) as running:
        yield running


@pytest.fixture
def window(browser: Browser, app: App) -> Iterator[Window]:
    """A person's browser window. The test fails on any request to elsewhere, page error or dialog."""
    window = Window(browser, app.url)
    yield window
    window.close()
