"""Which role may ask which service, found by asking: `python -m tests.services.role_table` writes docs/roles.md.

Nobody's role is handed to every service that takes an actor. It is no role, so each refuses it, and it notes to which roles it was
compared: those are the ones that the service lets in. Nothing is done thereby, whatever the service would do.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from core.domain.person import LOCAL_OWNER, Actor, Role
from core.errors import NotAllowed
from core.services import commands
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.services.test_roles import ASKED
from tests.services.test_roles_everywhere import SERVICES, given, instance

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "roles.md"
_HEAD = """# Who may ask what

Every service that pages, routes and commands can ask, and the roles that it lets in. Written by `python -m tests.services.role_table`, which hands
every service somebody without a role and notes to which roles it compares them; `tests/services/test_role_table.py` checks that this page is
current, and that each service does refuse everybody else. A service looks at the role before anything else.

Everybody else here is **nobody**: with sign-in on, whoever has no open session. Nobody reaches a service at all: pages show the way in, routes
answer 401 (`tests/e2e/test_roles_of_routes.py`). What belongs to one person (their own trials, decisions, sessions, name) is theirs alone in
every role; that is tested where it stands. A command of the console is the installation's owner's.

{n} services and {m} commands. Owner ● · curator ● · annotator ● · rater ● (○: refused).
"""
_TABLE = "| | owner | curator | annotator | rater |\n|---|---|---|---|---|"
_LINE = "| {name} | {marks} |"


class Asked:
    """A role that is none, and keeps to which roles it was compared."""

    def __init__(self) -> None:
        self.roles: set[Role] = set()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Role):
            self.roles.add(other)
        return False

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        return "without a role"


def roles_of(studio: Studio, project: Project, name: str) -> frozenset[Role]:
    """The roles that this service lets in; none if it does not ask."""
    asked = Asked()
    try:
        call(studio, project, name, Actor(person_id="none", name="None", role=cast("Role", asked)))
    except NotAllowed:
        return frozenset(asked.roles)
    except (TypeError, AttributeError, ValueError):  # it went on, and found nothing that it can use
        return frozenset()
    return frozenset()


def call(studio: Studio, project: Project, name: str, actor: Actor) -> object:
    """Ask a service, with nothing that it can use but the actor, the studio and the project."""
    function, of = SERVICES[name]
    if name in ASKED:  # those that look at what they are given before they ask
        return ASKED[name](studio, project, actor)
    itself = {} if of is None else {"self": studio if of is Studio else instance(studio, of)}
    answer: object = function(**itself, **given(function, studio, project, actor))
    return next(answer) if isinstance(answer, Iterator) else answer


def table(studio: Studio, project: Project) -> dict[str, frozenset[Role]]:
    """Of every service, by its module and name."""
    return {name: roles_of(studio, project, name) for name in sorted(SERVICES)}


def page(found: dict[str, frozenset[Role]]) -> str:
    """docs/roles.md: the services of each module under its name."""
    by_module: dict[str, list[str]] = {}
    for name, roles in found.items():
        if roles and _module(SERVICES[name]) != "access":
            by_module.setdefault(_module(SERVICES[name]), []).append(_line(name, roles))
    n = sum(map(len, by_module.values()))
    parts = [_HEAD.format(n=n, m=len(commands.NAMES))]
    parts += [f"## {module}\n\n{_TABLE}\n" + "\n".join(lines) for module, lines in sorted(by_module.items())]
    owners = ", ".join(f"`{name}`" for name in commands.NAMES)
    parts.append(
        f"## Commands\n\nAll of them are for owners and curators; what a command asks may be an owner's alone.\n\n{owners}"
    )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _line(name: str, roles: frozenset[Role]) -> str:
    return _LINE.format(name=name, marks=" | ".join("●" if role in roles else "○" for role in Role))


def _module(service: tuple[Callable[..., Any], type | None]) -> str:
    return service[0].__module__.removeprefix("core.services.")


def main() -> int:
    with TemporaryDirectory() as home:
        studio = open_studio(Settings(home=Path(home), shipped=ROOT / "data"))
        try:
            FILE.write_text(page(table(studio, studio.projects.open(LOCAL_OWNER, FIRST))), encoding="utf-8")
        finally:
            studio.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
