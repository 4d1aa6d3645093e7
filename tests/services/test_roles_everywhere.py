"""Every service that takes an actor is found by itself: it asks for the role before anything else, or is known to be for everybody."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import core.services
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.errors import NotAllowed
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.services.test_roles import ASKED
from tests.services.test_roles import FOR_EVERYBODY as TRIED

ANNOTATOR = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
# What reviewing and judging take: everybody who is known may, each with their own trials only (tested where these are).
FOR_EVERYBODY = {
    "Desk.open", "Desk.add_arrived", "Desk.take", "Desk.trial_for", "Desk.shown", "Desk.admit", "Desk.settle",
    "decisions.decide", "edits.edit", "edits.undo", "edits.rate", "edits.take_back", "chosen.decide", "chosen.undo",
    "history.page", "history.look", "history.undo", "history.choices", "rendered.rendered", "item_list.page", "item_list.items",
    "queues.every", "queues.get", "queues.lines", "queues.left_off", "queues.count", "queues.today", "queues.scored_today",
    "queues.choices", "team.rule", "bulk.latest", "bulk.get", "Duplicates.progress", "duplicates.similar",
    "duplicates.still_there",
    "JudgeDesk.about", "JudgeDesk.admit", "JudgeDesk.lines", "JudgeDesk.past", "JudgeDesk.take", "JudgeDesk.settle",
    "judging.nodes", "judging.studies_of", "judging.submit",
    "Accounts.change_password", "Accounts.end_session", "Accounts.sessions", "Accounts.sign_out_everywhere",
}  # fmt: skip
# Parts of other services, which have asked before they call them.
INSIDE = {
    "access.may_grow", "access.may_judge", "access.may_read", "access.may_review", "access.require", "cards.cards_of",
    "study_making.audit", "study_tables.source_of", "study_prompts.write", "wanted.wanted", "regrow_question.question_of",
}  # fmt: skip


def services() -> Iterator[tuple[str, Callable[..., Any], type | None]]:
    """Every public function and method of core.services that takes an actor: its name, itself, the class that it is of."""
    for info in pkgutil.walk_packages(core.services.__path__, "core.services."):
        if info.ispkg or info.name.startswith("core.services.commands."):
            continue
        module, noun = importlib.import_module(info.name), info.name.rpartition(".")[2]
        for name, part in inspect.getmembers(module):
            if name.startswith("_") or getattr(part, "__module__", None) != module.__name__:
                continue
            if inspect.isclass(part):
                yield from ((f"{name}.{one}", method, part) for one, method in methods(part))
            elif inspect.isfunction(part) and takes_actor(part):
                yield f"{noun}.{name}", part, None


def methods(of: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    found = inspect.getmembers(of, inspect.isfunction)
    return ((name, one) for name, one in found if not name.startswith("_") and takes_actor(one))


def takes_actor(function: Callable[..., Any]) -> bool:
    return "actor" in inspect.signature(function).parameters


SERVICES = {name: (function, of) for name, function, of in services()}
REFUSING = sorted(set(SERVICES) - FOR_EVERYBODY - INSIDE - set(ASKED) - set(TRIED))


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


def instance(studio: Studio, of: type) -> object:
    """The studio's own one of this class."""
    return next(part for part in (getattr(studio, one.name) for one in fields(studio)) if isinstance(part, of))


def given(
    function: Callable[..., Any], studio: Studio, project: Project, actor: Actor = ANNOTATOR
) -> dict[str, object]:
    """The actor, the studio and the project as they are; for all else something that no service can use."""
    hints = get_type_hints(function)
    known: dict[object, object] = {Actor: actor, Studio: studio, Project: project}
    parts = {name: one for name, one in inspect.signature(function).parameters.items() if name != "self"}
    needed = [
        name
        for name, one in parts.items()
        if one.default is inspect.Parameter.empty and one.kind is not one.VAR_POSITIONAL
    ]
    held = {type(getattr(studio, one.name)): getattr(studio, one.name) for one in fields(studio)}
    return {name: (known | held).get(hints[name], object()) for name in needed}


@pytest.mark.parametrize("name", REFUSING)
def test_an_annotator_is_refused_before_anything_is_looked_at(name: str, studio: Studio) -> None:
    function, of = SERVICES[name]
    project = studio.projects.open(LOCAL_OWNER, "my-project")
    asked = given(function, studio, project)
    if of is not None:
        asked = {"self": instance(studio, of)} | asked
    with pytest.raises(NotAllowed, match=r"Ann is annotator\. Ask an owner"):
        function(**asked)


def test_what_is_said_to_be_for_everybody_is_there() -> None:
    assert set(SERVICES) >= FOR_EVERYBODY | INSIDE
