"""What the real app's log has of requests: which, who, how it ended, how long. Not what was asked, written or answered."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.logger import init_uvicorn_logs

from core.services import logs
from core.services.projects import FIRST
from core.settings import Settings
from pages.ui.request_log import RequestLog
from tests.builders import child, outcome, response, revision, run, seed, system
from tests.e2e.furnish import furnished
from tests.e2e.running import App, http_status
from tests.test_torture_decisions import Browser

NOTE, WORDS = "kea nests in alpine scrub", "the text of an instruction"
GIVEN = "from-the-proxy-0815"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One life of the app: its log's lines, what it said on the console, and what health answered meanwhile."""

    lines: list[dict[str, Any]]
    log: str
    console: str
    ready: dict[str, Any]
    header: str

    def requests(self, route: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["what"] == "request" and line["route"] == route]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = Path(tmp_path_factory.mktemp("home"))
    with furnished(home) as fresh:
        root = seed("a seed", 0)
        one = child(root)
        answer = response(one)
        texts = [revision(root), revision(one, WORDS), revision(answer, "An answer.")]
        fresh.project(FIRST).database.writer.append_now([run(), system(), root, one, answer, *texts, outcome(one)])
    with App(home) as app:
        browser = Browser(app.url)
        trial = browser.get(f"/api/trials?project={FIRST}&most=1&have=")["cards"][0]["trial"]
        browser.post("/api/decisions", {"project": FIRST, "decisions": [{"trial": trial, "act": "note", "note": NOTE}]})
        assert http_status(f"{app.url}/api/trials?project={FIRST}") == 403
        assert http_status(f"{app.url}/api/tree/file/{NOTE.replace(' ', '-')}?find=albatross") == 403
        assert http_status(f"{app.url}/api/{NOTE.replace(' ', '-')}") in (200, 404)
        with urllib.request.urlopen(f"{app.url}/health/ready", timeout=10) as reply:
            ready = json.load(reply)
        asked = urllib.request.Request(f"{app.url}/api/person", data=b"{}", headers={"X-Request-ID": GIVEN})
        try:
            urllib.request.urlopen(asked, timeout=10)
        except urllib.error.HTTPError as refused:
            with refused:
                header = refused.headers["X-Request-ID"]
    log = (home / "logs" / "studio.jsonl").read_text(encoding="utf-8")
    return Told(lines=list(map(json.loads, log.splitlines())), log=log, console=app.said(), ready=ready, header=header)


def test_a_request_is_told_with_who_how_and_how_long(told: Told) -> None:
    (decided,) = told.requests("/api/decisions")
    assert (decided["method"], decided["status"], decided["who"]) == ("POST", 200, "local")
    assert 0 < decided["ms"] < 10_000
    assert len(decided["request"]) == 12
    assert [one["status"] for one in told.requests("/api/trials")] == [200, 403]


def test_what_was_asked_written_and_shown_is_nowhere_in_the_log(told: Told) -> None:
    for text in (NOTE, NOTE.replace(" ", "-"), WORDS, "albatross", "project=", "studio_visit"):
        assert text not in told.log
        assert text not in told.console
    assert told.requests("/api/tree/file/{kind}")


def test_a_request_keeps_the_name_that_a_proxy_gave_it(told: Told) -> None:
    assert told.header == GIVEN
    assert told.requests("/api/person")[0]["request"] == GIVEN


def test_start_and_end_are_told_and_the_end_is_in_order(told: Told) -> None:
    said = [line["what"] for line in told.lines if line["what"] not in ("request", "page", "visit ended")]
    assert said == ["the studio is open", "the studio closes", "the studio is closed"]
    assert "the studio is open" in told.console


def test_health_is_told_to_anybody_and_names_nobody(told: Told) -> None:
    assert told.ready == {"status": "ready", "studio": True, "writers": True, "engine": True, "room": True}


def test_a_route_that_breaks_is_told_by_the_name_that_its_answer_carries(tmp_path: Path) -> None:
    """Served as the app is, by uvicorn with Streamlit's loggers."""

    def broken(_: Request) -> Response:
        raise ValueError(NOTE)

    route = Route("/api/broken", broken)
    app = Starlette(routes=[route], middleware=[Middleware(RequestLog, known=lambda: frozenset({route.path}))])
    init_uvicorn_logs()
    log = logs.begin(Settings(home=tmp_path))
    with served(app) as url:
        assert http_status(f"{url}/api/broken", X_Request_ID=GIVEN) == 500
    log.close()
    text = (tmp_path / "logs" / "studio.jsonl").read_text(encoding="utf-8")
    asked, fault = map(json.loads, text.splitlines())
    assert (asked["what"], asked["status"], asked["level"]) == ("request", 500, "error")
    assert (fault["error"]["kind"], fault["request"], asked["request"]) == ("ValueError", GIVEN, GIVEN)
    assert NOTE not in text


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)
