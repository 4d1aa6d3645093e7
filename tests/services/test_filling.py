"""Filling the coverage: rounds of small runs, each aimed at what is emptiest by then, within one set of caps, stopped at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.coverage import Reach
from core.domain.filling import FillingNow
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.run import Caps, RunEventKind, RunSettings, SeedChoice
from core.errors import BadInput, NotAllowed
from core.services import commands
from core.services.commands.filling import say
from core.services.growing import presets, seeds
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import furnish


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as server:
        yield server


@pytest.fixture
def studio(tmp_path: Path, server: OpenAIServer) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path, shipped=Path(__file__).parents[2] / "data"))
    project = opened.projects.open(ME, FIRST)
    furnish(opened, project, server.base_url, n_seeds=0)
    seeds.import_shipped(ME, project, opened.settings.shipped)
    yield opened
    server.change(latency_s=0.0)
    opened.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.projects.open(ME, FIRST)


def wanted(**caps: int) -> RunSettings:
    made = presets.settings(presets.QUICK, name="Fill", endpoint="test", seeds=SeedChoice(), rng_seed=1)
    return RunSettings(**{name: getattr(made, name) for name in made.__slots__} | {"caps": Caps(**caps)})


def filled(studio: Studio, project: Project) -> FillingNow:
    assert studio.fillings.wait(ME, project, 60)
    now = studio.fillings.progress(ME, project)
    assert now is not None
    return now


def test_each_round_is_a_run_that_aims_at_what_is_emptiest_by_then(studio: Studio, project: Project) -> None:
    first = studio.fillings.first(ME, project, wanted(), 2)
    assert first is not None
    asked = {"project": FIRST, "endpoint": "test", "rounds": 3, "seeds": 2, "rng_seed": 1, "calls": None, "usd": None}
    answer = commands.run(studio, ME, "explore fill", asked)
    runs = studio.runs.list(ME, project)
    assert [one["run"] for one in answer["rounds"]] == [run.id for run in reversed(runs)]
    assert (answer["rounds"][0]["skill"], answer["rounds"][0]["difficulty"]) == (first[0].skill, first[0].difficulty)
    assert len({(one["skill"], one["difficulty"]) for one in answer["rounds"]}) == 3
    assert {run.state for run in runs} == {RunEventKind.FINISHED}
    assert all(run.name.startswith("Fill ") and 1 <= run.n_seeds <= 2 for run in runs)
    assert answer["before"] == 0
    assert answer["filled"] == studio.coverage.grid(ME, project).filled(Reach.KEPT) > 0
    assert f"{answer['filled']} of" in say(answer)


def test_the_caps_hold_for_all_rounds_together_and_the_run_that_meets_them_says_so(
    studio: Studio, project: Project
) -> None:
    studio.fillings.begin(ME, project, wanted(calls=12), rounds=9, seeds=2)
    now = filled(studio, project)
    assert "stands" in now.problem
    assert 0 < len(now.done) < 9
    spent = sum(studio.runs.progress(ME, project, one.run_id).spending.calls for one in now.done)
    assert 0 < spent <= 12


def test_a_stop_ends_the_run_that_goes_and_begins_no_other(
    studio: Studio, project: Project, server: OpenAIServer
) -> None:
    server.change(latency_s=0.3)
    studio.fillings.begin(ME, project, wanted(), rounds=9, seeds=3)
    studio.fillings.begin(ME, project, wanted(), rounds=9, seeds=3)  # nothing happens while one goes
    while not studio.runs.list(ME, project):
        time.sleep(0.02)
    studio.fillings.stop(ME, project)
    now = filled(studio, project)
    assert now.problem == "Stopped"
    (run,) = studio.runs.list(ME, project)
    assert run.state == RunEventKind.STOPPED


def test_what_cannot_be_filled_is_refused_before_anything_is_spent(studio: Studio, project: Project) -> None:
    empty = studio.shelf.create(ME, "Empty")
    with pytest.raises(BadInput, match="No skill has a seed"):
        studio.fillings.begin(ME, studio.projects.open(ME, empty.slug), wanted())
    with pytest.raises(BadInput, match="are not meant"):
        studio.fillings.begin(ME, project, wanted(), rounds=0)
    with pytest.raises(NotAllowed):
        studio.fillings.begin(Actor(person_id="a", name="A", role=Role.ANNOTATOR), project, wanted())
    assert studio.runs.list(ME, project) == []
