"""A prober is told whether the studio can do its work, and why not; never about whom or what."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER
from core.services import readiness
from core.services.readiness import Readiness
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.e2e.running import App, http_status


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path))
    yield opened
    opened.close()


def test_an_open_studio_is_ready(studio: Studio) -> None:
    studio.projects.open(LOCAL_OWNER, "my-project")
    found = readiness.look(LOCAL_OWNER, studio)
    assert found == Readiness(studio=True, writers=True, engine=True, room=True)
    assert found.is_ready


def test_a_project_whose_writer_has_ended_is_not_ready(studio: Studio) -> None:
    project = studio.projects.open(LOCAL_OWNER, "my-project")
    project.database.writer.close()
    found = readiness.look(LOCAL_OWNER, studio)
    assert found == Readiness(studio=True, writers=False, engine=True, room=True)
    assert not found.is_ready


def test_a_studio_without_room_lives_and_is_not_ready(tmp_path: Path) -> None:
    """More is kept back than any disk has."""
    with App(tmp_path, EVOL_STUDIO_DISK_RESERVE_MB="1000000000") as app:
        assert http_status(f"{app.url}/health") == 200
        assert http_status(f"{app.url}/health/ready") == 503
