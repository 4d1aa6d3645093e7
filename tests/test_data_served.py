"""Exports and lineages through a real server and from the command line: with the app and without it the same."""

import http.client
import io
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.__main__ import main
from tests.e2e.running import App, http_status
from tests.services.reviewed import furnish, opened
from tests.services.test_exports import fill

N_BIG = 5_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """It has a project in which everything has happened, and one with 40 MB of texts."""
    home = tmp_path_factory.mktemp("served")
    (home / "projects").mkdir()
    with opened(home / "projects" / "furnished.duckdb") as project:
        furnish(project.database)
    with opened(home / "projects" / "big.duckdb", "Big") as big:
        fill(big.database, N_BIG)
    with App(home) as running:
        yield running


def cookie(app: App) -> str:
    """What a browser gets with a page."""
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)) as connection:
        connection.request("GET", "/")
        with connection.getresponse() as reply:
            given = [value for name, value in reply.getheaders() if name.lower() == "set-cookie"]
    return next(one for one in given if "studio_visit" in one).split(";")[0]


@contextmanager
def asked(app: App, query: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    try:
        connection.request("GET", f"/api/export?{query}", headers={"Cookie": cookie(app)})
        with connection.getresponse() as reply:
            yield reply
    finally:
        connection.close()


def test_a_file_is_streamed_with_its_name(app: App) -> None:
    with asked(app, "project=furnished&format=lineage&which=everything") as reply:
        said = {name.lower(): value for name, value in reply.getheaders()}
        lines = reply.read().decode().splitlines()
    assert (reply.status, said["transfer-encoding"], said["cache-control"], said["x-rows"]) == (
        200,
        "chunked",
        "no-store",
        "15",
    )
    assert said["content-disposition"].startswith('attachment; filename="furnished-')
    assert said["content-disposition"].endswith('.lineage.jsonl"')
    assert (json.loads(lines[0])["rows"], len(lines)) == (15, 17)


def test_a_large_file_passes_through_without_being_held(app: App) -> None:
    with asked(app, "project=big&format=csv&which=everything&unready=1") as reply:
        reply.read()
    process = psutil.Process(app.pid)
    before = process.memory_info().rss
    n_bytes = most = 0
    with asked(app, "project=big&format=lineage&which=everything") as reply:
        while piece := reply.read(2**20):
            n_bytes += len(piece)
            most = max(most, process.memory_info().rss)
    assert n_bytes > 60 * 10**6
    assert most - before < 40 * 10**6


def test_only_our_own_pages_may_download_and_what_is_asked_must_exist(app: App) -> None:
    address = f"{app.url}/api/export?project=furnished&format=csv&which=everything"
    assert http_status(address) == 403
    assert http_status(address, Cookie=cookie(app), Sec_Fetch_Site="cross-site") == 403
    for query, status in (
        ("project=furnished&format=docx", 422),
        ("project=nobody&format=csv", 404),
        ("project=furnished&format=csv&which=no%20such%20queue", 404),
        ("project=furnished&format=csv&which=operation=frob", 422),
        ("format=csv", 422),
    ):
        with asked(app, query) as reply:
            assert reply.status == status, query
            assert json.loads(reply.read())["to_do"]


def test_whoever_goes_away_early_leaves_the_app_well(app: App) -> None:
    for _ in range(3):
        with asked(app, "project=big&format=lineage&which=everything") as reply:
            reply.read(1000)
    with asked(app, "project=furnished&format=alpaca&which=everything") as reply:
        assert reply.read().startswith(b"[")
    assert "Traceback" not in app.said()


def said(*words: object) -> tuple[int, str]:
    out, problems = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(problems):
        status = main([str(word) for word in words])
    return status, out.getvalue() + problems.getvalue()


def in_json(*words: object) -> dict[str, Any]:
    status, text = said("--json", *words)
    assert status == 0, text
    return dict(json.loads(text))


def hashes(file: Path) -> list[str]:
    return [json.loads(line)["sha256"] for line in file.read_text(encoding="utf-8").splitlines()[1:-1]]


@pytest.mark.parametrize("is_open", [True, False], ids=["with the app", "without it"])
def test_a_lineage_goes_into_a_new_project_by_two_commands(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    home = app.home if is_open else tmp_path / "home"
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(home))
    if not is_open:
        (home / "projects").mkdir(parents=True)
        with opened(home / "projects" / "furnished.duckdb") as project:
            furnish(project.database)
    new = tmp_path / "new.duckdb"
    first, second = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    words = ("export", "--format", "lineage", "--all", "--project")
    answer = in_json(*words, "furnished", "--to", first)
    assert (answer["rows"], answer["unready"]["no_text"]) == (15, 3)
    assert in_json("import-lineage", first, "--project", new)["taken"] == 15
    assert in_json(*words, new, "--to", second)["rows"] == 15
    assert hashes(first) == hashes(second)
    status, text = said(*words, "furnished", "--to", first)
    assert (status, "file of this name already" in text) == (1, True)
    status, text = said("import-lineage", first, "--project", new)
    assert (status, "15 here already" in text) == (0, True)


def test_the_command_line_says_what_it_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(tmp_path / "home"))
    file = tmp_path / "p.duckdb"
    with opened(file) as project:
        furnish(project.database)
    status, text = said("export", "--format", "csv", "--all", "--to", tmp_path / "x.csv", "--project", file)
    assert status == 0
    for words in (
        "2 rows as of",
        "9 left out: each has no response",
        "1 left out: each has a response to an earlier text",
        "sha256",
    ):
        assert words in text
    (tmp_path / "cut.jsonl").write_text("{}")
    status, text = said("import-lineage", tmp_path / "cut.jsonl", "--project", file)
    assert (status, "cut.jsonl: Row 1 breaks off in its midst" in text) == (1, True)
    with pytest.raises(SystemExit):
        said("export", "--format", "csv", "--all", "--accepted", "--to", "x")
