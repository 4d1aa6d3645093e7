"""Caps of a run that stands: raised or lowered by a fact of its own, and what begins again holds to the newest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.progress import RunSummary
from core.domain.run import Caps, RunEventKind
from core.errors import RunRefused
from core.services.projects import Project
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, furnish, settings, studio_at


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: OpenAIServer) -> Iterator[tuple[Studio, Project]]:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=4)
    yield studio, project
    studio.close()


def capped(studio: Studio, project: Project, calls: int = 7) -> RunSummary:
    """A run that has come to its cap."""
    run_id = studio.runs.start(ME, project, settings(caps=Caps(calls=calls)))
    assert studio.live.wait(run_id, timeout_s=60)
    run = studio.runs.get(ME, project, run_id)
    assert run.is_capped, run.reason
    return run


def test_a_raised_cap_lets_the_run_go_on_to_its_end(place: tuple[Studio, Project], server: OpenAIServer) -> None:
    studio, project = place
    run = capped(studio, project)
    assert server.stats()["chat"] == 7
    studio.runs.change_caps(ME, project, run.id, Caps(calls=10))
    studio.runs.resume(ME, project, run.id)
    assert studio.live.wait(run.id, timeout_s=60)
    assert server.stats()["chat"] == 10
    assert studio.runs.get(ME, project, run.id).is_capped
    studio.runs.change_caps(ME, project, run.id, Caps())
    studio.runs.resume(ME, project, run.id)
    assert studio.live.wait(run.id, timeout_s=60)
    assert studio.runs.get(ME, project, run.id).state == RunEventKind.FINISHED


def test_new_caps_say_nothing_of_the_state_and_outlive_the_process(tmp_path: Path, server: OpenAIServer) -> None:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=4)
    run = capped(studio, project)
    studio.runs.change_caps(ME, project, run.id, Caps(calls=90, tokens=10**6))
    after = studio.runs.get(ME, project, run.id)
    assert (after.state, after.reason) == (run.state, run.reason)
    studio.close()
    again, project = studio_at(tmp_path)
    assert again.runs.get(ME, project, run.id).settings.caps == Caps(calls=90, tokens=10**6)
    kept = project.database.query("select settings from run")[0]["settings"]
    again.close()
    assert '"calls":7' in kept, "what the run began with was changed"


def test_a_cap_below_what_is_spent_or_in_unknown_money_is_refused(place: tuple[Studio, Project]) -> None:
    studio, project = place
    run = capped(studio, project)
    for caps, words in ((Caps(calls=6), "has spent more"), (Caps(calls=0), "not even one"), (Caps(usd=1.0), "prices")):
        with pytest.raises(RunRefused, match=words):
            studio.runs.change_caps(ME, project, run.id, caps)
    assert studio.runs.get(ME, project, run.id).settings.caps == Caps(calls=7)


def test_a_run_that_goes_or_is_finished_keeps_its_caps(place: tuple[Studio, Project], server: OpenAIServer) -> None:
    studio, project = place
    server.change(latency_s=0.3)
    run_id = studio.runs.start(ME, project, settings(epochs=1))
    with pytest.raises(RunRefused, match="Pause it"):
        studio.runs.change_caps(ME, project, run_id, Caps(calls=90))
    server.change(latency_s=0.0)
    assert studio.live.wait(run_id, timeout_s=60)
    with pytest.raises(RunRefused, match="finished"):
        studio.runs.change_caps(ME, project, run_id, Caps(calls=90))
