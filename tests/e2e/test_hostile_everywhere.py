"""Every text of every table is hostile, and every page and view is opened: nothing runs, nothing is fetched, nothing is refused by our own policy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.looking import LOOK
from tests.e2e.outgoing import watched
from tests.e2e.planted import BOUND, FAR, FREE, planted_home, texts
from tests.e2e.running import ROOT, App
from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e
VIEWS = (
    "", "projects", "packs", "packs?pack=compact", "packs?compare=1", "seeds", "seeds?import=1", "runs", "runs?new=1", "runs?run={run}", "runs?run={run}&view=overview",
    "runs?run={run}&view=overview&as=tables", "trees?run={run}&seed={seed}&node={node}", "reading?run={run}&node={node}",
    "reading?run={run}&node={node}&as=texts", "review", "review?new=1", "review?queue={queue}", "review?queue={queue}&view=list",
    "review?queue={queue}&view=duplicates", "review?queue={queue}&view=minimal", "history", "history?decision={decision}", "rates", "team", "people", "judge",
    "judge?study={open_study}", "join?invitation=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "studies", "studies?study={open_study}&step=ask",
    "studies?study={open_study}&step=prompts", "studies?study={open_study}&step=systems", "studies?study={open_study}&step=raters",
    "studies?study={open_study}&step=open", "studies?study={study}&step=open", "studies?study={open_study}&preview=1", "results",
    "results?study={study}", "results?study={study}&view=votes", "results?study={study}&view=strength", "results?study={study}&view=agreement",
    "results?study={study}&view=people", "explore", "explore?show=cost", "explore?show=measures", "explore?view=map&map={map}",
    "explore?view=diversity", "explore?view=coverage", "explore?view=compare", "explore?scope={selection}", "data", "data?part=in",
    "data?part=in&bring=decisions", "data?part=in&bring=lineage", "data?part=in&bring=project", "data?part=argilla", "settings", "doctor",
)  # fmt: skip
# What a component asks a route for comes after the page: these are waited for.
COMES = {
    "runs?run={run}": "run_event.reason", "trees?run={run}&seed={seed}&node={node}": "rule_check.evidence", "explore?view=map&map={map}": "cluster_name.name",
    "review?queue={queue}": "revision.text", "judge?study={open_study}": "study_design.design", "history?decision={decision}": "decision.note",
    "data?part=argilla": "argilla_link.dataset",
}  # fmt: skip
IN_THE_DARK = (
    "",
    "trees?run={run}&seed={seed}&node={node}",
    "explore?view=map&map={map}",
    "results?study={study}",
    "review?queue={queue}",
)
OF_SIGN_IN = ("link", "session")  # this home has none: tests/e2e/test_sign_in.py
# Where a person would see what was planted: text that reached no page was not tried.
SEEN = {
    "argilla_link.dataset", "call_batch.endpoint", "cluster_name.name", "decision.note", "map.name", "person.name", "project.name", "queue.name",
    "revision.text", "rule_check.evidence", "run.name", "run_event.reason", "source.name", "study.name", "study_design.design",
    "system.name", "rater.name",
}  # fmt: skip


@pytest.fixture(scope="module")
def about(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("home")
    return planted_home(folder) | {"home": str(folder)}


@pytest.fixture(scope="module")
def home(about: dict[str, str]) -> Path:
    return Path(about["home"])


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[App]:
    environment, outgoing = watched(home / "watch")
    with App(home, EVOL_STUDIO_SHIPPED=str(ROOT / "data"), **environment) as running:
        yield running
    assert not outgoing.exists(), f"the app itself called somebody: {outgoing.read_text()}"


def look(window: Window, view: str, about: dict[str, str], wrong: list[str]) -> set[str]:
    """Open a view and wait until it stands: which planted texts are on it as text. What is `wrong` with it is added there."""
    path = view.format(**about)
    window.page.goto(f"{window.address}/{path}{'&' if '?' in path else '?'}project=demo")
    stands = window.page.locator("h1, [data-testid=stException]").first  # a page that breaks is wrong as well
    expect(stands).to_be_visible(timeout=30_000)
    window.settle()
    found, before = window.page.evaluate(LOOK), ""
    for _ in range(60):
        is_there = view not in COMES or f"{FAR}/{COMES[view]}.png" in found["text"]
        if is_there and found["text"] == before:
            break
        window.page.wait_for_timeout(150)
        before, found = found["text"], window.page.evaluate(LOOK)
    said = [f"ran from {found['hurt']}"] if found["hurt"] else []
    wrong += [f"{path}: {one}" for one in (*said, *found["wrong"], *window.wrong)]
    window.wrong.clear()
    return {
        f"{table}.{column}"
        for table, columns in FREE.items()
        for column in columns
        if f"{FAR}/{table}.{column}.png" in found["text"]
    }


def test_every_text_of_every_table_is_planted_or_is_none_that_somebody_else_can_choose(home: Path) -> None:
    for file in ("projects/demo.duckdb", "studio.duckdb"):
        with duckdb.connect(str(home / file), read_only=True) as connection:
            every = list(texts(connection))
            unknown = [(table, one) for table, one in every if one not in (*FREE.get(table, ()), *BOUND.get(table, ()))]
            assert not unknown, (
                "a new column of text: say in planted.py whether somebody else can choose what stands in it"
            )
            planted = [where for where in every if where[1] in FREE.get(where[0], ())]
            bare = [where for where in planted if where[0] not in OF_SIGN_IN and not is_planted(connection, *where)]
            assert not bare, "the demo has no row of it: planted.py must make one"


def is_planted(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    sql = f'select count(*) from "{table}" where "{column}"::varchar like ?'  # noqa: S608  # names of ours
    return bool(connection.execute(sql, [f"%{FAR}%"]).fetchall()[0][0])


def test_who_calls_somebody_is_written_down(tmp_path: Path) -> None:
    environment, outgoing = watched(tmp_path / "watch")
    words = "import socket; socket.getaddrinfo('127.0.0.1', 80); socket.getaddrinfo('192.0.2.1', 80)"
    subprocess.run([sys.executable, "-c", words], env=os.environ | environment, check=True)
    assert outgoing.read_text().split()[:2] == ["socket.getaddrinfo", "192.0.2.1"]


def test_every_page_is_among_them() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {
        "home",
        "sign_in",
        "account",
    }  # two of them: test_signing.py
    assert pages <= {view.partition("?")[0] for view in VIEWS}


def test_on_every_page_what_is_planted_is_only_text(browser: Browser, app: App, about: dict[str, str]) -> None:
    seen: set[str] = set()
    wrong: list[str] = []
    with Window(browser, app.url) as window:
        for view in VIEWS:
            seen |= look(window, view, about, wrong)
    assert not wrong
    assert seen >= SEEN, sorted(SEEN - seen)


def test_in_the_dark_too(browser: Browser, app: App, about: dict[str, str]) -> None:
    wrong: list[str] = []
    with Window(browser, app.url, theme="dark", width=1920) as window:
        for view in IN_THE_DARK:
            look(window, view, about, wrong)
    assert not wrong
