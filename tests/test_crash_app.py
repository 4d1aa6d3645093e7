"""The real app, ended in the midst of work: by SIGTERM, as an operator or a container does, and by kill -9 while it makes a backup."""

import json
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.services.bridge import door_of
from core.services.keeping.backup_making import known
from core.services.projects import FIRST
from core.services.studio import open_studio
from core.settings import Settings
from tests.e2e.furnish import FAKE, furnished
from tests.e2e.running import App
from tests.openai_server import openai_server
from tests.test_torture import ask, left_over, seeds, wait_until

pytestmark = pytest.mark.e2e
MOST_S = 20.0  # a container is killed thirty seconds after SIGTERM


def grow(app: App) -> str:
    asked = {"seeds": None, "endpoint": FAKE, "epochs": 3, "limit": None, "preset": "quick look", "rng_seed": 5}
    return str(ask(app, "grow", **asked)["run"])


def back_up(app: App) -> threading.Thread:
    """Have the app make one backup after the other, until it is gone."""

    def work() -> None:
        try:
            for number in range(1_000):
                ask(app, "backup", to=str(app.home / f"copy-{number}.duckdb"), everything=False)
        except (OSError, AssertionError, ValueError, urllib.error.URLError):
            return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("how", ["SIGTERM", "kill -9"])
def test_an_app_that_ends_while_it_grows_and_backs_up_leaves_sound_files_and_nobody(tmp_path: Path, how: str) -> None:
    with openai_server(latency_s=0.05) as server:
        with furnished(tmp_path) as fresh:
            fresh.endpoint(server.base_url, in_flight=16)
            fresh.project(FIRST, seeds(600))
        app = App(tmp_path).start()
        run = grow(app)
        working = back_up(app)
        wait_until(lambda: any(tmp_path.glob("copy-*")), 90, "a backup was begun")
        wait_until(lambda: server.stats().get("chat", 0) > 50, 90, "the run goes on")
        said = ask(app, "progress", run=run)
        assert said["going"]
        family = psutil.Process(app.pid).children(recursive=True)
        began = time.monotonic()
        if how == "SIGTERM":
            app.stop()
            assert time.monotonic() - began < MOST_S
            assert "Traceback" not in app.said()
            assert door_of(tmp_path / "studio.duckdb") is None
        else:
            app.kill()
        assert left_over(family) == 0
        working.join(20)
        asked_by_then = server.stats()["chat"]
    studio = open_studio(Settings(home=tmp_path))
    project = studio.projects.open(ME, FIRST)
    assert project.database.projection_is_right()
    assert project.database.query("select what, n from loose_end where n > 0") == []
    (there,) = studio.runs.list(ME, project)
    assert there.state == "interrupted"
    (counted,) = project.database.query("select count(*) as calls, count(distinct id) as ids from call")
    assert counted["calls"] == counted["ids"] <= asked_by_then
    (outcomes,) = project.database.query("select count(*) as n from outcome")
    assert outcomes["n"] >= int(str(said["decided"]))
    if how == "SIGTERM":
        assert not list(tmp_path.glob("*.partial*"))
    for file in tmp_path.glob("copy-*.duckdb"):  # whatever has its name is whole
        assert json.loads(file.with_suffix(".json").read_bytes())["slug"] == FIRST
        copy = studio.backups.restore(ME, known(file), "", lambda _: None)
        assert copy.database.projection_is_right()
        break
    studio.close()
