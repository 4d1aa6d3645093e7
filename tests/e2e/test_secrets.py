"""Planted secrets are looked for wherever something is kept, said or sent: files, databases, logs, pages, addresses, exports, commands. None is there."""

import base64
import http.server
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from core.domain.argilla import Place, What
from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.errors import StudioError
from core.services.exchanging import bundles, exports
from core.services.projects import FIRST, Project
from core.services.reviewing import queues
from core.services.studio import Studio
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.looking import LOOK
from tests.e2e.running import ROOT, App
from tests.e2e.studio import Window
from tests.listening import listening
from tests.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.e2e
ENVIRONMENT = {
    "EVOL_TEST_KEY": "sk-plantedEndpoint0123456789", "HF_TOKEN": "hf_plantedHub0123456789", "ARGILLA_API_KEY": "planted.argilla.0123456789",
    "OPENAI_API_KEY": "sk-plantedAmbient0123456789",
}  # fmt: skip
IN_A_FILE = {"other.key": "sk-plantedToml0123456789", "auth.cookie_secret": "plantedCookieSecret0123456789"}
PAGES = ("", "settings", "runs", "data?part=argilla", "people", "doctor")


@contextmanager
def echoing() -> Iterator[str]:
    """An Argilla server that lets everybody in, then refuses with the token in its words, as careless servers do."""
    me = {
        "id": "00000000-0000-7000-8000-000000000001",
        "username": "u",
        "first_name": "a",
        "last_name": "b",
        "role": "owner",
    }
    times = {"inserted_at": "2026-01-01T00:00:00", "updated_at": "2026-01-01T00:00:00"}
    known = {
        "/api/v1/me": me | times, "/api/v1/version": {"version": "2.8.0"},
        "/api/v1/me/workspaces": {"items": [{"id": me["id"], "name": "team"} | times]}, "/api/v1/me/datasets": {"items": []},
    }  # fmt: skip

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            said = known.get(path, {"detail": f"refused: {self.headers.get('X-Argilla-Api-Key')}"})
            body = json.dumps(said).encode()
            self.send_response(200 if path in known else 422)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    with listening(Handler) as address:
        yield address


@pytest.fixture(scope="module")
def endpoint() -> Iterator[OpenAIServer]:
    """Refuses every key but the one of the environment, and repeats the refused one."""
    with openai_server(key=ENVIRONMENT["EVOL_TEST_KEY"]) as server:
        yield server


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """All of them, in the environment and in a file of secrets."""
    person = tmp_path_factory.mktemp("person")
    (person / ".streamlit").mkdir()
    lines = [
        "[other]",
        f'key = "{IN_A_FILE["other.key"]}"',
        "[auth]",
        f'cookie_secret = "{IN_A_FILE["auth.cookie_secret"]}"',
    ]
    (person / ".streamlit" / "secrets.toml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (ENVIRONMENT | {"HOME": str(person)}).items():
            patch.setenv(name, value)
        yield ENVIRONMENT | IN_A_FILE


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What was said to somebody: errors, answers of commands, texts of pages, addresses."""
    return []


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, secrets: dict[str, str], said: list[str]
) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh, echoing() as argilla:
        fresh.endpoint(endpoint.base_url, key_env="EVOL_TEST_KEY")
        project = fresh.project(FIRST, PLAIN)
        fresh.grow(project)
        refused(fresh.studio, said)
        to_argilla(fresh.studio, project, argilla, said)
        taken_out(project, folder / "out")
    return folder


def refused(studio: Studio, said: list[str]) -> None:
    """An endpoint whose server repeats the key that it does not know."""
    wrong = replace(studio.endpoints.get(ME, "fake"), name="refused", key_env=None, key_secret="other.key")
    studio.endpoints.save(ME, wrong)
    said.append(str(studio.endpoints.test(ME, "refused")))
    with pytest.raises(StudioError) as error:
        studio.endpoints.check(ME, "refused")
    said.append(str(error.value))


def to_argilla(studio: Studio, project: Project, url: str, said: list[str]) -> None:
    place = Place(url=url, workspace="team", key_env="ARGILLA_API_KEY")
    link = studio.argilla.connect(ME, project, What.QUEUE, queues.default(project).id, place)
    with pytest.raises(StudioError) as error:
        studio.argilla.push(ME, project, link)
    said.append(str(error.value))


def taken_out(project: Project, folder: Path) -> None:
    folder.mkdir()
    for format_ in (ExportFormat.CSV, ExportFormat.JSONL):
        exports.write(ME, project, Order(format=format_, with_unready=True), folder / f"{format_}")
    bundles.write(ME, project, folder / "whole.studio.zip")


def forms(secret: str) -> tuple[bytes, ...]:
    """A secret as it is, and as addresses and headers carry it."""
    coded = base64.b64encode(secret.encode()).rstrip(b"=")[:-1]
    return secret.encode(), quote(secret, safe="").encode(), coded


def found_in(data: bytes, secrets: dict[str, str]) -> list[str]:
    return [name for name, secret in secrets.items() if any(form in data for form in forms(secret))]


def every_file(home: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of every file, what is packed in one too, and every row of every database: its file may keep them packed."""
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path.is_relative_to(home / "cache"):
            continue
        yield str(path), path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                yield from ((f"{path}/{name}", packed.read(name)) for name in packed.namelist())
        if path.suffix == ".duckdb":
            yield f"rows of {path}", rows_of(path)


def rows_of(path: Path) -> bytes:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute("select table_name from duckdb_tables() where not internal").fetchall()
        ]
        return b"\n".join(
            repr(row).encode()
            for name in names
            for row in connection.execute(f'select * from "{name}"').fetchall()  # noqa: S608
        )


def test_no_secret_is_kept_said_or_sent(browser: Browser, home: Path, secrets: dict[str, str], said: list[str]) -> None:
    environment = os.environ | {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_CACHE": str(home / "cache")}
    with App(home) as app:
        with Window(browser, app.url) as window:
            window.page.on("request", lambda request: said.append(f"{request.url} {request.post_data or ''}"))
            window.page.on("console", lambda message: said.append(message.text))
            for page in PAGES:
                window.page.goto(f"{app.url}/{page}")
                expect(window.page.locator("h1").first).to_be_visible(timeout=30_000)
                window.settle()
                said.append(window.page.evaluate(LOOK)["text"])
        for command in (["endpoints", "test", "refused"], ["argilla", "status"]):
            done = subprocess.run(
                [sys.executable, "-m", "core", *command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env=environment
            )  # fmt: skip
            said.append(done.stdout + done.stderr)
    assert len(said) > 20, "pages, addresses, commands and errors were looked at"
    assert not [name for text in said for name in found_in(text.encode(), secrets)]
    own = {"signing.key": (home / "signing.key").read_text()}
    leaks = {path: found for path, data in every_file(home) if (found := found_in(data, secrets | own))}
    assert leaks == {str(home / "signing.key"): ["signing.key"]}
    assert (home / "signing.key").stat().st_mode & 0o077 == 0
    assert any("app.log" in path for path, _ in every_file(home)), (
        "what the app said on its console was looked at as well"
    )


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("create table t as select ? as text", [f"key {ENVIRONMENT['HF_TOKEN']}"])
    (tmp_path / "address").write_text(quote(f"a={ENVIRONMENT['ARGILLA_API_KEY']}"), encoding="utf-8")
    found = {name for _, data in every_file(tmp_path) for name in found_in(data, ENVIRONMENT)}
    assert found == {"HF_TOKEN", "ARGILLA_API_KEY"}
