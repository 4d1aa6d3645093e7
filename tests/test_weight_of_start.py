"""An idle app is light: what is heavy is loaded when it is first used, and not before."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.running import ROOT, App

HEAVY = (
    "openai",
    "aiohttp",
    "core.figures",
    "plotly.express",
    "argilla",
    "xllamacpp",
    "datasets",
    "huggingface_hub",
    "sklearn",
    "scipy",
    "statsmodels",
    "onnxruntime",
    "tokenizers",
    "openTSNE",
    "ray",
    "core.cluster.crew",
    "limits",
    "authlib",
)
MOST_IDLE_BYTES = 350 * 10**6
# Streamlit itself loads plotly.graph_objects wherever plotly is installed; pyarrow loads pandas with the first row written.
# What the server does at its start, then what the first visit of each page loads.
PROBE = """
import json, pathlib, sys
import app
from pages.ui import shell
from streamlit.testing.v1 import AppTest
shell.studio()
for page in ("home", "seeds", "runs", "trees", "review", "data"):
    test = AppTest.from_file(str(pathlib.Path("pages/ui/studio.py").absolute()), default_timeout=60).run()
    if page != "home":
        test.switch_page(f"../{page}.py").run()
    assert test.title and not test.exception, (page, test.exception)
print(json.dumps(sorted(sys.modules)))
shell.studio().close()
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names of all modules that a fresh studio has loaded after its start and a visit to every page."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_CACHE": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize("library", HEAVY)
def test_an_idle_app_has_not_loaded(modules: frozenset[str], library: str) -> None:
    assert library not in modules


def test_the_probe_sees_what_is_loaded(modules: frozenset[str]) -> None:
    assert {"streamlit", "duckdb", "core.services.studio", "pages.ui.shell"} <= modules


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path / "home").start()
    yield app
    app.stop()


def test_an_idle_app_is_small_and_has_no_children(idle: App) -> None:
    process = psutil.Process(idle.pid)
    assert process.memory_info().rss < MOST_IDLE_BYTES
    assert not process.children(recursive=True), "something was started before it was needed"
