"""Skills by a model: labels are facts, what is not one of the 29 names is none, caps and stop are kept."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.call import Prices
from core.domain.calling import CallProgress
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import Caps
from core.domain.skill import SKILLS
from core.domain.system import Endpoint
from core.errors import BadInput, EndpointError
from core.services.growing import seeds
from core.services.growing.skill_question import question, skill_in
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.openai_server import OpenAIServer, openai_server


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path))
    yield opened
    opened.close()


def a_project(studio: Studio, n: int = 12) -> Project:
    """Seeds of which the first has a skill already."""
    project = studio.projects.open(ME, "my-project")
    path = project.path.with_suffix(".jsonl")
    lines = [
        json.dumps({"instruction": f"Add {number} and 2.", "skill": "" if number else "Law"}) for number in range(n)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    seeds.import_file(ME, project, path, name="seeds", licence="")
    return project


def an_endpoint(studio: Studio, server: OpenAIServer, **more: object) -> None:
    studio.endpoints.save(ME, Endpoint(**{"name": "test", "base_url": server.base_url, "model": "fake", "in_flight": 4, "timeout_s": 5.0, **more}))  # type: ignore[arg-type] # fmt: skip


def at_its_end(studio: Studio, project: Project) -> CallProgress:
    for _ in range(600):
        now = studio.skills.progress(ME, project)
        assert now is not None
        if not now.is_going:
            return now
        time.sleep(0.02)
    raise AssertionError("the labelling did not end")


def test_seeds_without_a_skill_get_one_and_the_others_keep_theirs(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server() as server:
        an_endpoint(studio, server)
        studio.skills.start(ME, project, "test", caps=Caps())
        now = at_its_end(studio, project)
        (first, *_) = server.requests
    assert (now.total, now.kept, now.unclear, now.failed, now.reason) == (11, 11, 0, 0, "")
    there = seeds.skills(ME, project)
    assert there["Law"] >= 1
    assert set(there) <= set(SKILLS)
    assert sum(there.values()) == 12
    labels = project.database.query("""select l.value, s.name from label l join system s on s.id::varchar = l."by" """)
    assert len(labels) == 11
    assert {row["name"] for row in labels} == {"test"}
    assert project.database.query("select count(*) as n from call where kind = 'label'") == [{"n": 11}]
    assert first["body"]["response_format"]["json_schema"]["schema"]["properties"]["skill"]["enum"] == list(SKILLS)


def test_what_is_no_known_skill_labels_nothing(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server(ignores=("response_format",)) as server:
        an_endpoint(studio, server)
        studio.skills.start(ME, project, "test", caps=Caps())
        now = at_its_end(studio, project)
    assert (now.kept, now.unclear, now.failed) == (0, 11, 0)
    assert seeds.skills(ME, project) == {"": 11, "Law": 1}


def test_a_cap_is_never_passed(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server() as server:
        an_endpoint(studio, server)
        studio.skills.start(ME, project, "test", caps=Caps(calls=5))
        now = at_its_end(studio, project)
        assert server.stats()["chat"] == 5
    assert (now.kept, now.reason) == (5, "The next call could pass the cap of 5 calls")


def test_a_stop_keeps_what_came_back(studio: Studio) -> None:
    project = a_project(studio, 200)
    with openai_server(latency_s=0.05) as server:
        an_endpoint(studio, server)
        studio.skills.start(ME, project, "test", caps=Caps())
        while (now := studio.skills.progress(ME, project)) is not None and now.done < 5:
            time.sleep(0.01)
        studio.skills.stop(ME, project)
        now = at_its_end(studio, project)
        assert server.stats()["chat"] < 100
    assert now.reason == "Stopped"
    assert project.database.query("select count(*) as n from label") == [{"n": now.kept + 1}]
    again = studio.skills.estimate(ME, project, "test")
    assert again.calls == 199 - now.kept
    assert again.usd is None


def test_calls_that_fail_are_asked_again_and_a_wrong_key_ends_it(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server(first=("server_error",)) as server:
        an_endpoint(studio, server)
        studio.skills.start(ME, project, "test", caps=Caps(), most=3)
        assert at_its_end(studio, project).kept == 3
        server.change(always="wrong_key")
        studio.skills.start(ME, project, "test", caps=Caps())
        now = at_its_end(studio, project)
    assert now.kept == 0
    assert now.reason.startswith("The endpoint refused the key")


def test_nothing_begins_without_the_endpoint_or_with_a_cap_on_unknown_money(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server() as server:
        an_endpoint(studio, server)
        with pytest.raises(BadInput, match="prices"):
            studio.skills.start(ME, project, "test", caps=Caps(usd=1.0))
    with pytest.raises(EndpointError):
        studio.skills.start(ME, project, "test", caps=Caps())
    assert studio.skills.progress(ME, project) is None


def test_the_cost_is_estimated_from_prices(studio: Studio) -> None:
    project = a_project(studio)
    with openai_server() as server:
        an_endpoint(studio, server, prices=Prices(input_usd=1.0, output_usd=2.0))
    said = studio.skills.estimate(ME, project, "test", 10)
    assert said.calls == 10
    assert said.usd == pytest.approx(said.tokens / 1e6, rel=0.1)


@pytest.mark.parametrize(
    ("reply", "skill"),
    [
        ('{"skill": "Math"}', "Math"), ("Math", "Math"), ("**code debug**.", "Code Debug"), ('"Writting"', "Writing"),
        ('{"skill": "Alchemy"}', None), ("It is about Math or Law.", None), ("", None), ("[1]", None), ('{"skill": 3}', None),
        ("[" * 5_000, None), ("null", None),
    ],
)  # fmt: skip
def test_a_reply_names_one_of_the_29_skills_or_none(reply: str, skill: str | None) -> None:
    assert skill_in(reply) == skill


def test_a_seed_is_asked_about_as_it_is_and_never_as_a_template() -> None:
    asked = question("{{skills}} {0} %s")
    assert asked.messages[-1].content == "{{skills}} {0} %s"
    assert "{{" not in asked.messages[0].content
