"""The server listens before the studio is loaded: what passes at once, what waits, and what waiting never lets by."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from pages.ui import frame as frame_module
from pages.ui.frame import Frame

A_MOMENT_S = 0.3


async def _said(request: Request) -> Response:
    return PlainTextResponse(f"said {request.path_params['what']}")


@dataclass
class Room:
    """What is loaded: one route, and the answer to whoever asks for what Streamlit tells of people."""

    router: Router = field(default_factory=lambda: Router([Route("/api/say/{what}", _said)], redirect_slashes=False))
    paths: frozenset[str] = frozenset({"/api/say/{what}"})
    is_closed: bool = False

    def refusal(self, _: HTTPConnection) -> Response | None:
        return PlainTextResponse("sign in", status_code=401)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Start:
    """One start: `go` lets the studio be open."""

    client: TestClient
    go: threading.Event
    room: Room


async def _page(_: Request) -> Response:
    return PlainTextResponse("a page")


async def _visit(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("drawn")
    await socket.close()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Start]:
    monkeypatch.setenv("EVOL_STUDIO_LOG", "off")
    go, room = threading.Event(), Room()

    def opened() -> Room:
        assert go.wait(20)
        return room

    monkeypatch.setattr(frame_module, "_opened", opened)
    frame = Frame()
    theirs = [Route("/_stcore/metrics", _page), WebSocketRoute("/_stcore/stream", _visit), Route("/{path:path}", _page)]
    app = Starlette(routes=[*frame.routes(), *theirs], middleware=frame.middleware(), lifespan=frame.lifespan)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        yield Start(client=client, go=go, room=room)
        go.set()
    assert room.is_closed


def _waits(answer: "Future[Any]") -> bool:
    try:
        answer.result(timeout=A_MOMENT_S)
    except TimeoutError:
        return True
    return False


def test_streamlits_own_files_come_at_once_with_headers_and_the_cookie(start: Start) -> None:
    answer = start.client.get("/", headers={"Accept": "text/html"})
    assert answer.text == "a page"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not start.go.is_set()


@pytest.mark.parametrize(("path", "status", "text"), [
    ("/api/say/hello", 200, "said hello"), ("/api/nothing", 404, "Not Found"), ("/_stcore/metrics", 401, "sign in"),
])  # fmt: skip
def test_what_is_the_studios_waits_until_it_is_open(start: Start, path: str, status: int, text: str) -> None:
    with ThreadPoolExecutor(1) as others:
        answer = others.submit(start.client.get, path)
        assert _waits(answer)
        start.go.set()
        assert (answer.result(20).status_code, answer.result().text) == (status, text)


def test_a_visit_waits_until_it_is_open(start: Start) -> None:
    def visit() -> str:
        with start.client.websocket_connect("ws://127.0.0.1/_stcore/stream") as socket:
            return str(socket.receive_text())

    with ThreadPoolExecutor(1) as others:
        drawn = others.submit(visit)
        assert _waits(drawn)
        start.go.set()
        assert drawn.result(20) == "drawn"


def test_another_name_is_refused_before_anything_is_loaded(start: Start) -> None:
    assert start.client.get("/api/say/hello", headers={"Host": "elsewhere.example"}).status_code == 421


def test_where_people_sign_in_nothing_is_served_before_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOL_STUDIO_LOG", "off")
    monkeypatch.setenv("EVOL_STUDIO_SIGN_IN", "accounts")
    went = []

    def opened() -> Room:
        went.append("opened")
        return Room()

    monkeypatch.setattr(frame_module, "_opened", opened)
    frame = Frame()
    with TestClient(Starlette(lifespan=frame.lifespan)):  # type: ignore[arg-type]
        assert went == ["opened"]
