"""Studies are for those who run them: every service asks for the role before anything else, whatever it is given."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.domain.person import Actor, Role
from core.errors import NotAllowed
from core.services.evaluating import (
    completeness,
    report,
    result_trials,
    study_checks,
    study_course,
    study_files,
    study_judgments,
    study_making,
    study_pairs,
    study_power,
    study_prompts,
    study_sampling,
    study_systems,
)
from core.services.evaluating.invitations import Invitations
from core.services.evaluating.results import Results
from core.services.projects import Project
from tests.services.reviewed import opened

# They make rows for services that have asked already, and read and write nothing themselves.
HELPERS = {"study_making.audit", "study_prompts.write"}
MODULES = (
    completeness, report, result_trials, study_checks, study_course, study_files, study_judgments, study_making, study_pairs,
    study_power, study_prompts, study_sampling, study_systems,
)  # fmt: skip


def services() -> dict[str, Callable[..., Any]]:
    """Every public function that takes an actor."""
    found: dict[str, Callable[..., Any]] = {"Invitations.invite": Invitations.invite, "Results.open": Results().open}
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            full = f"{module.__name__.rpartition('.')[2]}.{name}"
            is_own = function.__module__ == module.__name__ and not name.startswith("_")
            if is_own and "actor" in inspect.signature(function).parameters and full not in HELPERS:
                found[full] = function
    return found


class _Nothing:
    """Stands for every other argument: a service that looks at one before it looks at the role fails otherwise than it should."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with opened(tmp_path_factory.mktemp("home") / "p.duckdb") as project:
        yield project


def test_there_are_services_to_ask() -> None:
    assert len(services()) > 30
    assert all("services" in Path(inspect.getfile(one)).parts for one in services().values())


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.RATER])
@pytest.mark.parametrize("name", services())
def test_who_only_judges_is_refused(name: str, role: Role, project: Project) -> None:
    service = services()[name]
    who = Actor(person_id="ann", name="Ann", role=role)
    given: dict[str, object] = {"actor": who, "project": project}
    required = {key: one for key, one in inspect.signature(service).parameters.items() if one.default is one.empty}
    before = project.database.query("select seq from last_seq")
    with pytest.raises(NotAllowed, match=f"Ann is {role}"):
        service(**{key: given.get(key, _Nothing()) for key in required})
    assert project.database.query("select seq from last_seq") == before
