"""Text that would do something if it were let: on every page it is only text. And who may use the studio's routes."""

import http.client
import json
import stat
from collections.abc import Iterator
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.services.bridge import door_of, lock_path
from core.services.projects import FIRST
from tests.e2e.furnish import furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.e2e
FAR = "http://192.0.2.1"
REPLY = (
    f" <img src={FAR}/r.png onerror=window.hurt=1> <script>window.hurt=1</script> ![pixel]({FAR}/m.png)"
    f" [link](javascript:window.hurt=1) <iframe src={FAR}></iframe> $\\href{{{FAR}}}{{x}}$ <style>*{{display:none}}</style>"
    " :material/home: :red[red] \u202eright to left\u202c 😀"
)
SEEDS = (
    f"<img src={FAR}/a.png onerror=alert(1)> Say what this picture shows.",
    "<script>window.hurt=1; alert(1)</script> Explain this script.",
    f"![a pixel that counts visits]({FAR}/b.png) Describe this picture in words.",
    f"[Click](javascript:alert(1)) and <a href='{FAR}' onmouseover=alert(1)>there</a>. Where does this lead?",
    r"Solve $\int_0^1 x^2\,dx$ and \href{http://192.0.2.1}{this}, then $$\require{action}\toggle{x}{y}\endtoggle$$.",
    "اشرح لماذا السماء زرقاء. \u202eThis runs the other way\u202c and \u2067isolates\u2069 close.",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 Name the feelings of these faces: 😀😭🥴, and of z̷̡̛a̵l̶g̴o̷ text.",
    "Shorten this word: " + "w" * 100_000,
    "{{constructor.constructor('window.hurt=1')()}} ${window.hurt=1} %s %(x)s {0} \\u003cscript\\u003e Explain these.",
    "</div></textarea></title><svg/onload=window.hurt=1><base href=http://192.0.2.1/> Which tags are these?",
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[OpenAIServer]:
    with openai_server(
        tail=REPLY, models=(f"fake<img src={FAR}/model.png onerror=alert(1)>", "fake"), rates={"html": 0.1}
    ) as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        project = fresh.project(FIRST, SEEDS)
        for name in (f"![run]({FAR}/run.png) <img src=x onerror=alert(1)>", "Second"):
            fresh.grow(project, name=name)
    return folder


def expect_harmless(window: Window) -> None:
    """Nothing ran, nothing was fetched (the window itself fails on requests), no element came from a text."""
    assert window.page.evaluate("window.hurt") is None
    main = window.page.get_by_test_id("stMain")
    assert main.locator("script, iframe, base, [onerror], [onload], [onmouseover], .katex").count() == 0
    assert main.locator("[src*='192.0.2.1'], [href*='192.0.2.1'], [href^='javascript']").count() == 0


def test_home_and_the_frame_say_hostile_names_as_text(window: Window) -> None:
    window.open_home()
    window.expect_said("Second")
    expect_harmless(window)


def test_seeds_are_shown_as_they_are(window: Window) -> None:
    window.open_seeds()
    for text in (SEEDS[0], SEEDS[1], SEEDS[2], SEEDS[3]):
        expect(window.page.locator(".seeds .read").get_by_text(text, exact=True)).to_be_visible()
    expect_harmless(window)
    window.write("Find", f"<img src={FAR}/find.png onerror=alert(1)> ![x]({FAR}/y.png)")
    window.expect_said("No seed contains “<img")
    expect_harmless(window)


def test_the_run_page_shows_replies_names_and_errors_as_text(window: Window) -> None:
    window.open("runs", "Runs")
    window.expect_said("Eliminated, by operation and rule")
    expect(window.page.locator(".run a.l").first).to_be_visible()
    expect_harmless(window)
    window.page.get_by_role("combobox", name="Run").click()
    expect(window.page.get_by_role("option", name=f"![run]({FAR}/run.png)")).to_be_visible()
    window.page.get_by_role("option", name=f"![run]({FAR}/run.png)").click()
    window.settle()
    expect_harmless(window)


def test_every_node_of_every_tree_is_only_text(window: Window) -> None:
    trees = window.open_trees()
    opened = 0
    for seed in trees.seeds():
        trees.pick_seed(seed)
        trees.expect_drawn(seed)
        for node in trees.nodes():
            trees.pick_node(node)
            opened += 1
        trees.open_all_of_the_detail()
        expect_harmless(window)
        assert trees.page.locator(".tree :is(img, script, style, iframe, svg[onload])").count() == 0
    assert opened >= 2 * len(SEEDS)


def test_a_hostile_node_is_shown_letter_by_letter(window: Window) -> None:
    trees = window.open_trees()
    trees.pick_seed(trees.seeds()[0])
    node = trees.that_are("survived")[0]
    trees.pick_node(node)
    expect(trees.page.locator(".answer")).to_contain_text(REPLY.strip()[:200])
    trees.keys("q")
    expect(trees.page.locator(".calls")).to_contain_text(SEEDS[0])


def test_hostile_addresses_are_answered_in_words(window: Window) -> None:
    hostile = f"<img src={FAR}/q.png onerror=alert(1)>"
    window.open("trees", "Trees", run=hostile, seed=hostile, node=hostile, show=hostile)
    expect_harmless(window)
    window.open("runs", "Runs", run=hostile)
    expect_harmless(window)
    window.page.goto(f"{window.address}/seeds?project=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    window.expect_said("is no project's name")
    expect_harmless(window)


def test_a_model_with_a_hostile_name_is_offered_as_text(window: Window, endpoint: OpenAIServer) -> None:
    window.open_home()
    window.press("Connect")
    window.write("Address", endpoint.base_url, inside=window.dialog())
    window.press("List its models", inside=window.dialog())
    expect(window.dialog().get_by_role("combobox", name="Model")).to_be_visible()
    assert window.dialog().locator("img, [onerror]").count() == 0
    expect_harmless(window)


def test_a_file_with_a_hostile_name_is_reported_as_text(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "![x](http:··192.0.2.1·f.png)<img src=x onerror=alert(1)>.jsonl"
    file.write_text('{"instruction": "Say hello."}\n{"nothing": 1}\n', encoding="utf-8")
    window.open_seeds()
    window.press("Import")
    window.import_file(file)
    window.expect_said("1 seed taken")
    expect_harmless(window)


class Visitor:
    """Plain HTTP, with the cookie that a page gives if it has been visited."""

    def __init__(self, app: App) -> None:
        self.port = app.port
        self.cookie = ""

    def ask(
        self, path: str, *, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            named.setdefault("Cookie", self.cookie)
        try:
            connection.request(method, path, body, named)
            reply = connection.getresponse()
            reply.read()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}
        finally:
            connection.close()

    def visit(self) -> dict[str, str]:
        status, headers = self.ask("/", Accept="text/html")
        assert status == HTTPStatus.OK
        morsel = SimpleCookie(headers["set-cookie"])["studio_visit"]
        assert morsel["httponly"]
        assert morsel["samesite"] == "Strict"
        self.cookie = f"studio_visit={morsel.value}"
        return headers


ROUTES = (
    "/api/seeds?project=my-project&run=x",
    "/api/tree?project=my-project&run=x&seed=y",
    "/api/node?project=my-project&run=x&id=y",
)


@pytest.mark.parametrize("route", ROUTES)
def test_routes_answer_only_a_visitor_of_a_page(app: App, route: str) -> None:
    visitor = Visitor(app)
    assert visitor.ask(route)[0] == HTTPStatus.FORBIDDEN
    assert visitor.ask(route, Cookie="studio_visit=guessed")[0] == HTTPStatus.FORBIDDEN
    visitor.visit()
    assert visitor.ask(route)[0] in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("route", ROUTES)
def test_routes_answer_no_other_site_even_with_the_cookie(app: App, route: str) -> None:
    visitor = Visitor(app)
    visitor.visit()
    assert visitor.ask(route, Origin="http://evil.example")[0] == HTTPStatus.FORBIDDEN
    assert visitor.ask(route, Origin=f"http://localhost:{app.port + 1}")[0] == HTTPStatus.FORBIDDEN
    assert visitor.ask(route, Origin="null")[0] == HTTPStatus.FORBIDDEN
    assert visitor.ask(route, Sec_Fetch_Site="cross-site")[0] == HTTPStatus.FORBIDDEN
    assert visitor.ask(route, Sec_Fetch_Site="same-site")[0] == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("path", ["/", "/health", "/api/command", "/_stcore/health", *ROUTES])
def test_another_name_for_this_machine_is_not_served(app: App, path: str) -> None:
    for host in ("evil.example", f"evil.example:{app.port}", "127.0.0.1.evil.example", ""):
        assert Visitor(app).ask(path, Host=host)[0] == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    ("host", "origin"), [("evil.example", "http://evil.example"), ("", "http://evil.example")], ids=["host", "origin"]
)
def test_the_pages_own_socket_is_closed_to_other_sites(app: App, host: str, origin: str) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    own = f"127.0.0.1:{app.port}"
    status, _ = Visitor(app).ask("/_stcore/stream", Host=host or own, Origin=origin, **upgrade)
    assert status != HTTPStatus.SWITCHING_PROTOCOLS
    assert (
        Visitor(app).ask("/_stcore/stream", Host=own, Origin=f"http://{own}", **upgrade)[0]
        == HTTPStatus.SWITCHING_PROTOCOLS
    )


def test_commands_need_the_token_and_a_token_is_good_for_one(app: App) -> None:
    file = app.home / "studio.duckdb"
    door = door_of(file)
    assert door is not None
    assert stat.S_IMODE(lock_path(file).stat().st_mode) == 0o600

    def command(token: object) -> int:
        body = json.dumps({"token": token, "command": "runs list", "arguments": {"project": FIRST}})
        return Visitor(app).ask("/api/command", method="POST", body=body)[0]

    assert command("wrong") == HTTPStatus.UNAUTHORIZED
    assert command(None) == HTTPStatus.UNAUTHORIZED
    assert command("é" * 50) == HTTPStatus.UNAUTHORIZED
    assert command(door.token) == HTTPStatus.OK
    assert command(door.token) == HTTPStatus.UNAUTHORIZED
    renewed = door_of(file)
    assert renewed is not None
    assert renewed.token != door.token
    assert Visitor(app).ask("/api/command", method="POST", body="[1]")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Visitor(app).ask("/api/command", method="POST", body="{")[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_no_page_can_be_framed_or_sniffed(app: App) -> None:
    headers = Visitor(app).visit()
    assert headers["x-content-type-options"] == "nosniff"
