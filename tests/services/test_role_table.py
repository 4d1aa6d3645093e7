"""Every service, every role: who is let in stands in docs/roles.md, and everybody else is refused before anything is looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER, Actor, Role
from core.errors import NotAllowed
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.services.role_table import FILE, call, page, table
from tests.services.test_roles_everywhere import INSIDE, SERVICES

# These only note what was decided: whoever calls them (reviewing.decisions, evaluating.judging) has asked.
AFTERWARDS = {"Desk.admit", "Desk.settle", "JudgeDesk.admit", "JudgeDesk.settle"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def project(studio: Studio) -> Project:
    return studio.projects.open(LOCAL_OWNER, FIRST)


@pytest.fixture(scope="module")
def found(studio: Studio, project: Project) -> dict[str, frozenset[Role]]:
    return table(studio, project)


def test_the_page_of_roles_is_current(found: dict[str, frozenset[Role]]) -> None:
    assert FILE.read_text(encoding="utf-8") == page(found), "run `python -m tests.services.role_table`"


def test_every_service_asks_for_a_role_or_is_part_of_one_that_has_asked(found: dict[str, frozenset[Role]]) -> None:
    assert {name for name, roles in found.items() if not roles} <= INSIDE | AFTERWARDS


def test_whoever_may_less_is_never_let_in_where_whoever_may_more_is_refused(found: dict[str, frozenset[Role]]) -> None:
    order = list(Role)
    for name, roles in found.items():
        assert list(order[: len(roles)]) == [role for role in order if role in roles], name


@pytest.mark.parametrize("role", [Role.CURATOR, Role.ANNOTATOR, Role.RATER])
def test_a_role_that_is_not_let_in_is_refused_by_every_service(
    role: Role, studio: Studio, project: Project, found: dict[str, frozenset[Role]]
) -> None:
    who = Actor(person_id="who", name="Who", role=role)
    refusing = [name for name, roles in found.items() if roles and role not in roles]
    before = studio.installation.query("select count(*) as n from deed")
    assert len(refusing) > (20 if role is Role.CURATOR else 200)
    for name in refusing:
        with pytest.raises(NotAllowed, match="Ask an owner"):
            call(studio, project, name, who)
    assert studio.installation.query("select count(*) as n from deed") == before


def test_services_are_found(found: dict[str, frozenset[Role]]) -> None:
    assert set(found) == set(SERVICES)
    assert found["Accounts.invite"] == {Role.OWNER}
    assert found["judging.submit"] == set(Role)
