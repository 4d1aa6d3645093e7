"""The process that draws: stopped at once, gone with the app even by kill -9, a full disk said; what was embedded is kept."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.domain.map import MapPhase
from core.domain.person import LOCAL_OWNER as ME
from core.services.exploring import maps
from core.services.projects import Project
from core.services.studio import Studio
from tests.e2e.running import ROOT
from tests.services.mapped import add, opened, texts

LONG = "More words than anybody reads. " * 8


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio, _ = opened(tmp_path)
    yield studio
    studio.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.projects.open(ME, "my-project")


def until(is_so: Callable[[], object], within_s: float = 60.0) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def embedded(project: Project) -> int:
    return int(project.database.query("select count(*) as n from embedding")[0]["n"])


def drawers() -> list[psutil.Process]:
    """The processes of this one that draw."""
    return [child for child in psutil.Process().children() if "map_child" in " ".join(child.cmdline())]


def test_a_stop_ends_it_at_once_and_keeps_what_was_embedded(studio: Studio, project: Project) -> None:
    add(project, [f"Number {number}. {LONG}" for number in range(2_000)])
    studio.maps.begin(ME, project, None)
    until(lambda: embedded(project) > 0)
    now = studio.maps.progress(ME, project)
    assert now is not None
    assert (now.phase, now.total, now.is_going) == (MapPhase.EMBED, 2_000, True)
    assert now.left_s is None or now.left_s > 0
    (drawer,) = drawers()
    assert drawer.nice() >= 10
    studio.maps.begin(ME, project, None)  # while one is being drawn, nothing happens
    assert drawers() == [drawer]
    studio.maps.stop(ME, project)
    assert studio.maps.wait(ME, project, 3)
    assert drawers() == []
    now = studio.maps.progress(ME, project)
    assert now is not None
    assert now.problem == "Stopped. What was embedded is kept."
    assert 0 < embedded(project) < 2_000
    assert studio.maps.estimate(ME, project, None).to_embed == 2_000 - embedded(project)
    assert maps.every(ME, project) == ()


def test_a_studio_that_closes_ends_it(tmp_path: Path) -> None:
    studio, project = opened(tmp_path / "another")
    add(project, texts())
    studio.maps.begin(ME, project, None)
    until(drawers)
    studio.close()
    assert drawers() == []
    now = studio.maps.progress(ME, project)
    assert now is not None
    assert now.problem.startswith("Stopped")


def test_a_drawer_that_is_killed_is_said_and_the_next_one_goes_on(studio: Studio, project: Project) -> None:
    add(project, [f"Number {number}. {LONG}" for number in range(250)])
    studio.embeddings.begin(ME, project, None)
    until(lambda: embedded(project) > 0)
    (drawer,) = drawers()
    drawer.send_signal(signal.SIGKILL)
    assert studio.embeddings.wait(ME, project, 10)
    now = studio.embeddings.progress(ME, project)
    assert now is not None
    assert now.problem.startswith("The process that draws maps ended with -9")
    before = embedded(project)
    studio.embeddings.begin(ME, project, None)
    assert studio.embeddings.wait(ME, project, 60)
    again = studio.embeddings.progress(ME, project)
    assert again is not None
    assert (again.problem, again.total, embedded(project)) == ("", 250 - before, 250)


def test_nothing_is_left_when_the_app_is_killed(tmp_path: Path) -> None:
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.services.mapped", str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert app.stdout is not None
    drawer = int(app.stdout.readline())
    assert psutil.pid_exists(drawer)
    os.kill(app.pid, signal.SIGKILL)
    app.wait()
    app.stdout.close()
    until(lambda: not psutil.pid_exists(drawer) or psutil.Process(drawer).status() == psutil.STATUS_ZOMBIE, 5.0)
    studio, project = opened(tmp_path)
    assert embedded(project) > 0
    studio.close()


def test_a_full_disk_is_said_and_nothing_half_stands(studio: Studio, project: Project) -> None:
    add(project, texts(40))
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = sum(file.stat().st_size for file in project.path.parent.glob("*.wal"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 50_000, usual[1]))
    try:
        studio.maps.begin(ME, project, None)
        assert studio.maps.wait(ME, project, 60)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    now = studio.maps.progress(ME, project)
    assert now is not None
    assert "disk is full" in now.problem or "cannot be written" in now.problem
    assert maps.every(ME, project) == ()
    assert project.database.query("select count(*) as n from map_point") == [{"n": 0}]
    studio.maps.begin(ME, project, None)
    assert studio.maps.wait(ME, project, 60)
    assert maps.every(ME, project)[0].map.n == 120
