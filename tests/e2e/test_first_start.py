"""From nothing to the first tree, as a person does it on a fresh machine."""

import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import psutil
import pytest
from playwright.sync_api import Browser, expect

from core.models.embedded import default_weights
from core.services.projects import FIRST
from tests.e2e.furnish import furnished
from tests.e2e.running import ROOT, App, NotStarted
from tests.e2e.studio import Window
from tests.models.smoke import smoke_weights
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
STARTER = len((ROOT / "data/starter_seeds.jsonl").read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing at all: the app makes what it needs."""
    return tmp_path_factory.mktemp("home") / "new"


def test_from_a_first_start_to_the_first_tree(window: Window, endpoint: OpenAIServer) -> None:
    window.open_home()
    window.go_by_menu("Seeds", "Seeds")
    window.add_starter_seeds()
    window.expect_said(f"Starter seeds: {STARTER} seeds taken")
    window.go_by_menu("Home", "Grow")
    window.connect_endpoint(endpoint.base_url)
    window.expect_said("What it will take", "Nothing is spent yet")
    assert endpoint.stats().get("chat", 0) == 0, "an endpoint was asked before a run was started"
    run = window.start_run(seeds=6)
    window.expect_decided(1)
    window.expect_run_is("finished")
    assert window.decided() == 12
    window.press("See its trees")
    window.expect_title("Trees")
    trees = window.open_trees(run=run)
    assert len(trees.seeds()) == 6
    assert len(trees.nodes()) == 3


def test_two_starts_end_where_one_left_off(browser: Browser, tmp_path: Path) -> None:
    app = App(tmp_path / "home")
    with Window(browser, app.url) as window:
        with app:
            window.open_seeds()
            window.add_starter_seeds()
        assert not list((tmp_path / "home").rglob("*.bridge")), "a stopped app left its door open"
        with app:
            window.open_seeds()
            expect(window.page.get_by_role("button", name="Grow them")).to_be_visible()


def _damage(file: Path) -> None:
    file.write_bytes(b"this is not a project" * 100)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _replace_by_a_foreign_one(file: Path) -> None:
    file.unlink()
    with duckdb.connect(str(file)) as other:
        other.execute("create table theirs (n integer)")


UNUSABLE = pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_damage, "This is not a readable project file"),
        (_empty, "The file is empty"),
        (_replace_by_a_foreign_one, "This DuckDB file was not made by the studio"),
    ],
    ids=["damaged", "empty", "foreign"],
)


@UNUSABLE
def test_an_unusable_installation_stops_the_start_with_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    file = tmp_path / "home" / "studio.duckdb"
    furnished(tmp_path / "home").__exit__(None, None, None)
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(NotStarted) as refused:
        App(tmp_path / "home").start()
    line = next(line for line in str(refused.value).splitlines() if line.startswith("The studio cannot start."))
    assert words in line
    assert str(file) in line
    assert "Traceback" not in str(refused.value)
    assert file.read_bytes() == before, "the file was changed"


@UNUSABLE
def test_an_unusable_project_is_said_on_the_console_and_on_its_pages(
    browser: Browser, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    with furnished(tmp_path / "home") as fresh:
        file = fresh.project("spoilt").path
    spoil(file)
    before = file.read_bytes()
    with App(tmp_path / "home") as app, Window(browser, app.url) as window:
        window.page.goto(f"{app.url}/runs?project=spoilt")
        window.expect_said(words)
    assert words in app.said()
    assert str(file) in app.said()
    assert file.read_bytes() == before, "the file was changed"


def test_a_second_studio_on_the_same_home_does_not_start_and_names_the_first(tmp_path: Path) -> None:
    with App(tmp_path / "home") as first:
        with pytest.raises(NotStarted) as refused:
            App(tmp_path / "home").start()
        assert first.answers()
        assert f"Process {first.pid} has it open" in str(refused.value)


@pytest.mark.timeout(400)
def test_try_it_now_leads_to_a_growing_run(browser: Browser, tmp_path: Path) -> None:
    """The very small model proves the way, not the words: its replies are mostly refused."""
    environment = {"EVOL_STUDIO_WEIGHTS": str(smoke_weights())}
    with App(tmp_path / "home", **environment) as app, Window(browser, app.url) as window:
        window.open_home()
        window.press("Start growing")
        window.expect_title("Run")
        window.expect_said("the embedded model", "Preset quick look, 5 seeds, 2 epochs")
        expect(window.page.locator(".run a.l").first).to_be_visible(timeout=120_000)
        children = psutil.Process(app.pid).children(recursive=True)
        assert len(children) == 1
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "the model outlived the app"


@pytest.mark.weights
@pytest.mark.timeout(1800)
def test_the_default_model_grows_two_seeds_from_the_page_to_the_tree(browser: Browser, tmp_path: Path) -> None:
    weights = default_weights()
    assert weights.fetch(lambda _: None, threading.Event()).kind == "ready"
    folder = tmp_path / "home"
    with furnished(folder) as fresh:
        fresh.project(FIRST, ("Name three birds that live near water.", "Explain why bread rises."))
    environment = {"EVOL_STUDIO_CACHE": str(weights.state().path.parent)}
    with App(folder, **environment) as app, Window(browser, app.url) as window:
        window.open_new_run(endpoint="embedded")
        window.open_options()
        window.write("Epochs", "1")
        run = window.start_run()
        window.expect_run_is("finished", timeout_s=900)
        assert window.decided() == 2
        trees = window.open_trees(run=run)
        for seed in trees.seeds():
            trees.pick_seed(seed)
            trees.expect_drawn(seed)
            trees.pick_node(trees.nodes()[-1])
            expect(trees.page.locator("[data-turn=calls]")).to_be_visible()
