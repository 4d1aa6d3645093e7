"""Studies from the command line: endpoints answer, models judge, and what came of it is said in words and as values."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import StudyState
from core.errors import BadInput, NotFound
from core.services import commands
from core.services.commands import studies, study_links
from core.services.evaluating import study_making
from core.services.projects import Project
from core.services.studio import Studio
from tests.openai_server import openai_server
from tests.services.study_calls import a_studio, an_endpoint
from tests.studies.building import a_study

ANSWERS = {
    "project": "my-project", "study": "A draft", "endpoint": "test", "name": "", "temperature": None, "top_p": None,
    "max_tokens": None, "calls": None, "tokens": None, "usd": None, "estimate": False,
}  # fmt: skip
JUDGE = {
    "project": "my-project", "study": "An open one", "endpoint": "test", "mode": "pair", "words": "by_skill", "reading": None,
    "own": None, "temperature": 0.0, "calls": None, "tokens": None, "usd": None, "estimate": False,
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Studio, Project]]:
    with a_studio(tmp_path) as (studio, project):
        a_study(project.database, name="A draft", state=StudyState.DRAFT)
        a_study(project.database, name="An open one", prompts=3)
        yield studio, project


def test_studies_are_listed_and_named_by_name_or_id(house: tuple[Studio, Project]) -> None:
    studio, project = house
    listed = commands.run(studio, ME, "studies list", {"project": "my-project"})
    assert {(one["name"], one["state"], one["prompts"]) for one in listed["studies"]} == {
        ("A draft", "draft", 6), ("An open one", "opened", 3)
    }  # fmt: skip
    assert "An open one" in studies.say_list(listed)
    assert study_making.named(ME, project, listed["studies"][0]["study"]).name in ("A draft", "An open one")
    with pytest.raises(NotFound):
        commands.run(studio, ME, "study-answers", ANSWERS | {"study": "another"})


def test_an_endpoint_answers_a_study_by_command(house: tuple[Studio, Project]) -> None:
    studio, _ = house
    told: list[float] = []
    with openai_server(latency_s=0.3) as server:
        an_endpoint(studio, server)
        estimate = commands.run(studio, ME, "study-answers", ANSWERS | {"estimate": True})
        assert estimate["estimate"]["calls"] == 6
        assert "Nothing was spent" in studies.say_answers(estimate)
        assert "chat" not in server.stats()
        answer = commands.run(studio, ME, "study-answers", ANSWERS, lambda share, _: told.append(share))
    assert (answer["answered"], answer["prompts"], answer["going"], answer["failed"]) == (6, 6, False, [])
    assert studies.say_answers(answer).startswith("test: 6 of 6 prompts answered. 6 calls")
    assert told == sorted(told)


def test_a_model_judges_a_study_by_command(house: tuple[Studio, Project], tmp_path: Path) -> None:
    studio, _ = house
    own = tmp_path / "own.txt"
    own.write_text("You prefer whatever names a bird.", encoding="utf-8")
    with openai_server() as server:
        an_endpoint(studio, server)
        assert commands.run(studio, ME, "study-judge", JUDGE | {"estimate": True})["estimate"]["calls"] == 6
        answer = commands.run(studio, ME, "study-judge", JUDGE)
        assert (answer["judged"], answer["trials"], answer["unclear"], answer["failed"]) == (6, 6, 0, 0)
        assert 0 <= answer["flip_rate"] <= 1
        assert "6 of 6 trials judged" in studies.say_judge(answer)
        other = commands.run(studio, ME, "study-judge", JUDGE | {"own": str(own), "mode": "single"})
        assert "names a bird" in server.requests[-1]["body"]["messages"][0]["content"]
    assert other["judge"] != answer["judge"]
    assert other["flip_rate"] is None


def test_the_link_of_a_study_is_told_and_called_back_by_command(house: tuple[Studio, Project]) -> None:
    studio, project = house
    asked = {"project": "my-project", "study": "An open one", "person": ""}
    told = commands.run(studio, ME, "studies link", asked)
    word = parse_qs(urlsplit(told["path"]).query)["invitation"][0]
    assert told["path"] in study_links.say_link(told)
    assert studio.invitations.door(project, word).name == ""
    commands.run(studio, ME, "studies call-back", asked | {"reason": "posted in public"})
    with pytest.raises(BadInput, match="called back"):
        studio.invitations.door(project, word)
    with pytest.raises(NotFound, match="nobody of this name"):
        commands.run(studio, ME, "studies link", asked | {"person": "Somebody"})
