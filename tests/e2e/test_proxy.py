"""The studio behind a real proxy, over TLS, with the files of deploy/: people sign in, pages live, large files go both ways."""

import json
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.domain.person import LOCAL_OWNER
from tests.e2e import proxies
from tests.e2e.furnish import furnished
from tests.e2e.running import App, http_status

pytestmark = pytest.mark.proxy
PROXIES = proxies.found()
_ASK = """async ([path, body]) => {
  const reply = await fetch(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  return { status: reply.status, id: reply.headers.get('X-Request-ID'), body: await reply.text() };
}"""
_SEND = """async size => {
  const reply = await fetch('/api/upload', { method: 'POST', body: new Uint8Array(size) });
  return { status: reply.status, body: await reply.text() };
}"""
_FETCH = """async path => { const reply = await fetch(path); return { status: reply.status, size: (await reply.blob()).size }; }"""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """An app behind a proxy, and a browser's page in which the owner has signed in."""

    app: App
    address: str
    page: Page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.studio.demo(LOCAL_OWNER)
    return folder


@pytest.fixture(scope="module", params=sorted(PROXIES) or ["none"])
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, home: Path, browser: Browser
) -> Iterator[Behind]:
    assert request.param in PROXIES, "no proxy was found: apt-get install nginx, or name one by NGINX or CADDY"
    port, folder, own = proxies.free_port(), tmp_path_factory.mktemp("proxy"), tmp_path_factory.mktemp("own")
    address = f"https://{proxies.NAME}:{port}"
    shutil.copytree(home, own, dirs_exist_ok=True)
    app = App(own, EVOL_STUDIO_SIGN_IN="accounts", EVOL_STUDIO_HOST=address)
    with app, proxies.running(request.param, PROXIES[request.param], folder, port, app.port):
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(address)
        sign_in(page, app.said())
        yield Behind(app=app, address=address, page=page)
        context.close()


def sign_in(page: Page, said: str) -> None:
    """By the first owner's link, which the app says on its console."""
    link = re.search(r"/sign-in#(\S+)", said)
    assert link, said
    asked = {"link": link[1], "name": "Ann", "password": "four quiet tides at noon"}
    entered = ask(page, "/api/link/accept", json.dumps(asked))
    assert entered["status"] == 200, entered


def ask(page: Page, path: str, body: str) -> dict[str, Any]:
    return dict(page.evaluate(_ASK, [path, body]))


def test_whoever_signed_in_sees_pages_that_live(behind: Behind) -> None:
    behind.page.goto(f"{behind.address}/seeds?project=demo")
    expect(behind.page.get_by_role("heading", name="Seeds")).to_be_visible(timeout=30_000)
    expect(behind.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    behind.page.get_by_role("link", name="Runs").click()
    expect(behind.page.get_by_role("heading", name=re.compile("^Run"))).to_be_visible(timeout=30_000)


def test_its_cookies_are_sent_over_https_alone(behind: Behind) -> None:
    cookies = [one for one in behind.page.context.cookies() if one["name"].startswith("studio")]
    assert cookies
    assert all(one["secure"] and one["httpOnly"] and one["sameSite"] == "Strict" for one in cookies)


def test_large_files_go_in_and_whole_projects_come_out(behind: Behind) -> None:
    sent = behind.page.evaluate(_SEND, 3_000_000)
    assert sent["status"] == 200, sent
    taken = behind.page.evaluate(_FETCH, "/api/project?project=demo")
    assert taken["status"] == 200
    assert taken["size"] > 100_000


def test_both_logs_call_a_request_by_the_same_name_and_commands_do_not_pass(behind: Behind) -> None:
    refused = ask(behind.page, "/api/decisions", "{}")
    assert refused["id"]
    assert refused["id"] in (behind.app.home / "logs" / "studio.jsonl").read_text(encoding="utf-8")
    assert ask(behind.page, "/api/command", "{}")["status"] == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "elsewhere.example.org"])
def test_a_proxy_passes_on_no_other_name(behind: Behind, host: str) -> None:
    """The handshake is for the right name, the request for another."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    port = int(behind.address.rpartition(":")[2])
    asked = f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with unchecked.wrap_socket(plain, server_hostname=proxies.NAME) as connection:
        connection.sendall(asked)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert said.startswith(b"HTTP/1.1")
    assert b'"ok"' not in said


def test_another_name_is_refused_and_health_answers_the_machine_itself(behind: Behind) -> None:
    assert http_status(f"{behind.app.url}/", Host="elsewhere.example.org") == 421
    assert http_status(f"{behind.app.url}/health/ready") == 200
