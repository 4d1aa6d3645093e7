"""Responses for a study are asked of endpoints: within caps, stopped and gone on with, never twice for one prompt."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.call import Prices, Sampling
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import Caps
from core.domain.study import StudyDesign, StudyEventKind, StudyState, StudyTask
from core.domain.study_answers import AnswersState, AnswerWish
from core.errors import BadInput, EndpointError, NotFound
from core.services.projects import Project
from core.services.studio import Studio
from core.store import study_reading
from tests.openai_server import openai_server
from tests.services.study_calls import a_studio, an_endpoint, count
from tests.studies.building import a_study, happened

WISH = AnswerWish(endpoint="test", sampling=Sampling(max_tokens=64))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Studio, Project]]:
    with a_studio(tmp_path) as opened:
        yield opened


def a_draft(project: Project, prompts: int = 6, **more: object) -> str:
    return a_study(project.database, prompts=prompts, state=StudyState.DRAFT, **more)  # type: ignore[arg-type]


def at_its_end(studio: Studio, project: Project, study: str, system: str) -> AnswersState:
    assert studio.study_answers.wait(ME, project, study, system, 30.0)
    (state,) = (one for one in studio.study_answers.states(ME, project, study) if one.system_id == system)
    return state


def test_every_prompt_gets_a_response_that_is_a_candidate_of_the_system(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project)
    with openai_server(last_first=4) as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, replace(WISH, name="Blue"), Caps())
        state = at_its_end(studio, project, study, system)
        asked = [request["body"] for request in server.requests]
    assert (state.name, state.answered, state.total, state.left, state.cut) == ("Blue", 6, 6, 0, 0)
    assert state.progress is not None
    assert (state.progress.kept, state.progress.failed, state.progress.reason) == (6, 0, "")
    assert state.spending.calls == 6
    assert state.spending.usd is not None
    assert state.spending.usd > 0
    assert {one.name: one.responses for one in study_reading.systems(project.database, study)}["Blue"] == 6
    # each prompt alone, as it stands
    texts = study_reading.texts(
        project.database, [one.revision_id for one in study_reading.prompts(project.database, study)]
    )
    assert sorted(one["messages"][0]["content"] for one in asked) == sorted(texts.values())
    assert {len(one["messages"]) for one in asked} == {1}
    rows = project.database.query("select c.kind, a.system_id from response a join call c on c.id = a.call_id")
    assert {(row["kind"], row["system_id"]) for row in rows} == {("study_answer", system)}


def test_a_started_system_goes_on_with_what_is_missing_only(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 10)
    with openai_server() as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps(calls=4))
        first = at_its_end(studio, project, study, system)
        assert first.progress is not None
        assert (first.answered, first.progress.reason) == (4, "The next call could pass the cap of 4 calls")
        assert studio.study_answers.estimate(ME, project, study, WISH).calls == 6
        studio.study_answers.resume(ME, project, study, system, Caps(calls=7))  # of all that it was ever asked
        assert at_its_end(studio, project, study, system).answered == 7
        studio.study_answers.resume(ME, project, study, system, Caps())
        assert at_its_end(studio, project, study, system).answered == 10
        assert server.stats()["chat"] == 10
    assert count(project, "response") == 10


def test_a_stop_keeps_what_came_and_does_not_wait_for_what_is_held_back(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 40)
    with openai_server(always="overloaded") as server:  # asks for two seconds of peace each time
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps())
        while server.stats().get("chat", 0) < 2:
            time.sleep(0.01)
        began = time.monotonic()
        studio.study_answers.stop(ME, project, study, system)
        state = at_its_end(studio, project, study, system)
        assert time.monotonic() - began < 1.5
    assert state.progress is not None
    assert (state.answered, state.progress.reason) == (0, "Stopped")


def test_failures_are_counted_and_named_by_prompt(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 3)
    with openai_server(always="context_openai") as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps())
        state = at_its_end(studio, project, study, system)
    assert (state.answered, state.left) == (0, 3)
    assert [one.key for one in state.unanswered] == ["1", "2", "3"]
    assert state.unanswered[0].tries == 1
    assert state.unanswered[0].why.startswith("The text is longer than the model can read")
    assert [(one.kind, one.n) for one in state.failures] == [("context_too_long", 3)]


def test_what_fails_once_is_asked_again_and_a_wrong_key_ends_it(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 5)
    with openai_server(first=("server_error",)) as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps())
        assert at_its_end(studio, project, study, system).answered == 5
        assert server.stats()["chat"] == 10
        server.change(always="wrong_key")
        other = studio.study_answers.start(ME, project, study, replace(WISH, name="Other"), Caps())
        state = at_its_end(studio, project, study, other)
    assert state.progress is not None
    assert state.progress.reason.startswith("The endpoint refused the key")
    assert state.answered == 0


def test_responses_that_were_cut_are_counted(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 2)
    with openai_server(always="cut_short") as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps())
        assert at_its_end(studio, project, study, system).cut == 2


def test_a_response_that_comes_after_the_opening_joins_nothing(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 12)
    before = count(project, "candidate")
    with openai_server(latency_s=0.5) as server:
        an_endpoint(studio, server)
        system = studio.study_answers.start(ME, project, study, WISH, Caps())
        while server.stats().get("in_flight", 0) < 4:
            time.sleep(0.01)
        happened(project.database, study, StudyEventKind.OPENED)
        state = at_its_end(studio, project, study, system)
    assert state.progress is not None
    assert "The study is open" in state.progress.reason
    assert count(project, "candidate") == before
    assert state.spending.calls >= 4  # they were paid for, so they are known


def test_what_cannot_be_is_refused_before_anything_is_spent(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project)
    opened = a_study(project.database, name="Open")
    siblings = a_draft(project, name="Siblings", design=StudyDesign(task=StudyTask.SIBLINGS))
    with openai_server() as server:
        an_endpoint(studio, server, prices=Prices())
        start = studio.study_answers.start
        with pytest.raises(BadInput, match="The study is open"):
            start(ME, project, opened, WISH, Caps())
        with pytest.raises(BadInput, match="instructions are compared"):
            start(ME, project, siblings, WISH, Caps())
        with pytest.raises(BadInput, match="There is a system “alpha-7b”"):
            start(ME, project, study, replace(WISH, name="Alpha-7B"), Caps())
        with pytest.raises(BadInput, match="prices"):
            start(ME, project, study, WISH, Caps(usd=1.0))
        with pytest.raises(BadInput, match="name cannot be used"):
            start(ME, project, study, replace(WISH, name="two\nlines"), Caps())
        with pytest.raises(NotFound):
            studio.study_answers.resume(ME, project, study, study, Caps())
        assert "chat" not in server.stats()
    with pytest.raises(EndpointError):
        start(ME, project, study, WISH, Caps())
    assert studio.study_answers.states(ME, project, study) == ()


def test_the_estimate_follows_what_was_measured(house: tuple[Studio, Project]) -> None:
    studio, project = house
    study = a_draft(project, 12)
    with openai_server() as server:
        an_endpoint(studio, server)
        guessed = studio.study_answers.estimate(ME, project, study, WISH)
        system = studio.study_answers.start(ME, project, study, WISH, Caps(calls=6))
        state = at_its_end(studio, project, study, system)
        measured = studio.study_answers.estimate(ME, project, study, WISH)
    assert (guessed.calls, measured.calls) == (12, 6)
    assert state.spending.usd is not None
    assert measured.usd == pytest.approx(state.spending.usd, rel=0.35)


_CHILD = """
import sys
from core.domain.call import Sampling
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import Caps
from core.domain.study_answers import AnswerWish
from core.services.studio import open_studio
from core.settings import Settings
from pathlib import Path
studio = open_studio(Settings(home=Path(sys.argv[1])))
project = studio.projects.open(ME, "my-project")
wish = AnswerWish(endpoint="test", sampling=Sampling(max_tokens=64))
system = studio.study_answers.start(ME, project, sys.argv[2], wish, Caps())
print(system, flush=True)
studio.study_answers.wait(ME, project, sys.argv[2], system)
"""


def test_after_kill_9_nothing_is_asked_again_that_was_answered(tmp_path: Path) -> None:
    with openai_server(latency_s=0.1) as server:
        with a_studio(tmp_path) as (studio, project):
            study = a_draft(project, 60)
            an_endpoint(studio, server)
        with subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(tmp_path), study],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        ) as child:  # fmt: skip
            assert child.stdout is not None
            system = child.stdout.readline().strip()
            while server.stats().get("chat", 0) < 20:
                assert child.poll() is None
                time.sleep(0.01)
            os.kill(child.pid, signal.SIGKILL)
        server.change(latency_s=0.0)
        with a_studio(tmp_path) as (studio, project):
            (state,) = studio.study_answers.states(ME, project, study)
            assert state.progress is None
            assert 0 < state.answered < 60
            assert state.spending.calls == state.answered
            studio.study_answers.resume(ME, project, study, system, Caps())
            done = at_its_end(studio, project, study, system)
            assert done.answered == 60
            assert count(project, "response") == 60
            assert count(project, "call") == 60
        assert server.stats()["chat"] <= 60 + 4  # at most the calls that were in flight are asked again
