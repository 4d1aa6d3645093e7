"""From nothing to the first tree, as a person does it on a fresh machine."""

from pathlib import Path

import pytest

from tests.e2e.running import ROOT
from tests.e2e.studio import Window
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
