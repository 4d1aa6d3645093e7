"""The people of an installation, and what a project keeps of those who work in it."""

from core.domain.person import Actor, Person, Role, called
from core.store.database import Database

_PEOPLE = "select id, name, role, active, created_at from person order by created_at, id"
_KEEP = "insert or replace into person (id, name, role, active, created_at) values ($id, $name, $role, $active, $created_at)"
_REMEMBER = """insert into person (id, name, kind, role, active) values (?, ?, 'human', ?, true)
on conflict (id) do update set name = excluded.name, role = excluded.role, active = true"""
_SIMULATED = "insert into person (id, name, kind, role, active) values (?, ?, 'simulated', 'annotator', false) on conflict do nothing"
_NAMES = "select id, name from person"


def people(installation: Database) -> dict[str, Person]:
    """Everybody, those no longer active too, in the order in which they came."""
    rows = installation.query(_PEOPLE)
    return {row["id"]: Person(**row | {"role": Role(row["role"])}) for row in rows}


def keep(installation: Database, person: Person) -> None:
    """Put a person in the place of the one of this id."""
    row = {
        "id": person.id,
        "name": person.name,
        "role": str(person.role),
        "active": person.active,
        "created_at": person.created_at,
    }
    installation.writer.run(lambda connection: connection.execute(_KEEP, row))


def remember(project: Database, actor: Actor) -> None:
    """So that a project's file says by itself who did what in it, wherever it goes."""
    row = [actor.person_id, actor.name, str(actor.role)]
    project.writer.run(lambda connection: connection.execute(_REMEMBER, row), by_person=True)


def remember_simulated(project: Database, person_id: str, name: str) -> None:
    """Nobody: somebody whose answers were drawn, and who is called so."""
    project.writer.run(lambda connection: connection.execute(_SIMULATED, [person_id, name]))


def names(project: Database, reader: Actor) -> dict[str, str]:
    """What the people who worked in a project are called on a page of `reader`, by id."""
    return {row["id"]: called(row["id"], row["name"], reader) for row in project.query(_NAMES)}
