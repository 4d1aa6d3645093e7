"""What every answer forbids the browser, and who may ask which route: all of them are walked."""

import http.client
import re
from http import HTTPStatus
from http.cookies import SimpleCookie

import pytest
from playwright.sync_api import Browser
from starlette.requests import Request
from starlette.routing import Route

from pages.ui.headers import fault
from pages.ui.routes import all_routes
from tests.e2e.running import App
from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e
ROUTES = [one for one in all_routes() if isinstance(one, Route)]
# Asked without a page's cookie on purpose: probes, modules that hold nothing of anybody's, commands with their one-time token.
FOR_ALL = ("/health", "/health/ready", "/studio-modules/{version}/{path:path}", "/api/command")
ANSWERS = (
    "/",
    "/runs",
    "/nothing/at/all",
    "/health",
    "/_stcore/health",
    "/_stcore/host-config",
    "/media/nothing",
    "/app/static/nothing",
    "/api/node",
)
ALWAYS = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip
Answer = tuple[int, dict[str, str], bytes]


def ask(app: App, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def cookie(app: App) -> str:
    _, headers, _ = ask(app, "/", Accept="text/html")
    return f"studio_visit={SimpleCookie(headers['set-cookie'])['studio_visit'].value}"


def path_of(route: Route) -> str:
    """An address that it answers."""
    return re.sub(r"\{[^}]*\}", "x", route.path)


def method_of(route: Route) -> str:
    return "POST" if "POST" in (route.methods or ()) else "GET"


def test_a_page_that_the_browser_has_already_keeps_its_policy_and_gets_the_cookie(app: App) -> None:
    _, first, _ = ask(app, "/", Accept="text/html")
    status, again, _ = ask(app, "/", Accept="text/html", If_None_Match=first["etag"])
    assert status == HTTPStatus.NOT_MODIFIED
    assert "content-security-policy" not in again  # it would take the place of the page's own
    assert again["set-cookie"] == first["set-cookie"]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_the_headers(app: App, path: str) -> None:
    _, headers, _ = ask(app, path)
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


def test_a_page_may_load_nothing_from_elsewhere_and_run_no_script_that_stands_in_it(app: App) -> None:
    _, headers, page = ask(app, "/")
    rules = dict(rule.strip().partition(" ")[::2] for rule in headers["content-security-policy"].split(";"))
    own = (
        "'self'",
        "'none'",
        "data:",
        "blob:",
        f"ws://127.0.0.1:{app.port}",
        f"wss://127.0.0.1:{app.port}",
        "'unsafe-inline'",
    )
    hashes = [word for word in rules["script-src"].split() if word.startswith("'sha256-")]
    strange = [word for words in rules.values() for word in words.split() if word not in own and word not in hashes]
    assert not strange
    assert [name for name, words in rules.items() if "'unsafe-inline'" in words] == ["style-src"]
    assert len(hashes) == page.count(b"<script>"), "each inline script of the first page, and no more"


def test_what_is_no_page_may_do_nothing_if_it_is_opened(app: App) -> None:
    for path in ("/health", "/api/node", "/media/nothing", "/_stcore/host-config"):
        assert "default-src 'none'" in ask(app, path)[1]["content-security-policy"]
        assert "sandbox" in ask(app, path)[1]["content-security-policy"]


@pytest.mark.parametrize("host", ["127.0.0.1;script-src *", "127.0.0.1 evil.example", "evil.example"])
def test_a_host_that_is_none_changes_no_policy(app: App, host: str) -> None:
    status, headers, _ = ask(app, "/", Host=host)
    assert status in (HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.BAD_REQUEST)
    assert "evil" not in headers.get("content-security-policy", "")
    assert "script-src *" not in headers.get("content-security-policy", "")


def test_a_browser_that_came_over_https_is_told_to_stay_there(app: App) -> None:
    told = ask(app, "/health", Host="studio.example", X_Forwarded_Proto="https")[1]
    assert told["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in ask(app, "/health", X_Forwarded_Proto="https")[1], (
        "a loopback name has many studios"
    )


@pytest.mark.parametrize("route", [one for one in ROUTES if one.path not in FOR_ALL], ids=lambda one: one.path)
def test_a_route_answers_only_our_own_pages(app: App, cookie: str, route: Route) -> None:
    asked = {"method": method_of(route), "body": b"{}" if method_of(route) == "POST" else None}
    path, own = path_of(route), f"http://127.0.0.1:{app.port}"
    refused: tuple[dict[str, str], ...] = (
        {}, {"Cookie": "studio_visit=guessed"}, {"Cookie": cookie, "Origin": "http://evil.example"}, {"Cookie": cookie, "Origin": "null"},
        {"Cookie": cookie, "Origin": f"http://localhost:{app.port + 1}"}, {"Cookie": cookie, "Sec_Fetch_Site": "cross-site"},
        {"Cookie": cookie, "Sec_Fetch_Site": "same-site"},
    )  # fmt: skip
    for headers in refused:
        assert ask(app, path, **asked, **headers)[0] == HTTPStatus.FORBIDDEN, headers  # type: ignore[arg-type]
    status = ask(app, path, **asked, Cookie=cookie, Origin=own)[0]  # type: ignore[arg-type]
    assert status != HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_route_that_breaks_tells_nobody_why() -> None:
    asked = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    answer = fault(asked, ValueError("sk-planted at /home/somebody"))
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert b"planted" not in bytes(answer.body)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_what_is_for_all_is_there() -> None:
    assert {one.path for one in ROUTES} >= set(FOR_ALL)


def test_a_command_from_a_page_or_of_any_size_is_refused_before_it_is_read(app: App) -> None:
    """A page anywhere can make a browser post to this machine, if not read the answer."""
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": f"http://127.0.0.1:{app.port}"},
        {"Sec_Fetch_Site": "cross-site"},
    ):
        assert ask(app, "/api/command", method="POST", body=b"{}", **headers)[0] == HTTPStatus.FORBIDDEN
    assert ask(app, "/api/command", method="POST", body=b" " * 1_100_000)[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_without_the_internet_nothing_is_missed_and_the_fonts_are_ours(browser: Browser, app: App) -> None:
    """The window fails on any request to elsewhere; this asks whether what came from here is enough."""
    with Window(browser, app.url) as window:
        window.open_home()
        fonts = window.page.evaluate("""async () => {
          await document.fonts.ready;
          return [...document.fonts].filter((one) => one.status === "loaded").map((one) => one.family.replaceAll('"', ""));
        }""")
        broken = window.page.evaluate(
            """() => performance.getEntriesByType("resource").filter((one) => one.responseStatus >= 400).map((one) => one.name)"""
        )
    assert "Hanken Grotesk" in fonts
    assert not broken
