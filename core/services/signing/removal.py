"""Somebody works here no more: they are out at once, what they did stays theirs, and what they had reserved goes to others."""

from dataclasses import dataclass

from core.domain.person import Actor, Person, Role
from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.errors import BadInput, NotFound, StudioError
from core.services.access import require
from core.services.evaluating import study_course
from core.services.projects import Project
from core.services.studio import Studio
from core.store import deeds, study_reading

_GOING = (StudyState.PILOT, StudyState.OPENED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserved:
    """What somebody has in front of them in one project: items of queues, and studies that they judge in now."""

    project: str
    name: str
    items: int
    studies: tuple[str, ...]


def reserved(studio: Studio, actor: Actor, person_id: str) -> tuple[Reserved, ...]:
    """Project by project, those with nothing left out."""
    require(actor, Role.OWNER)
    found = []
    for project in _projects(studio, actor):
        studies = tuple(one.design.title or one.name for one in _studies(project, person_id))
        items = studio.desk.reserved(actor, project, person_id)
        if items or studies:
            found.append(Reserved(project=project.slug, name=project.name, items=items, studies=studies))
    return tuple(found)


def remove(studio: Studio, actor: Actor, person_id: str, heir: str = "") -> Person:
    """Set them inactive and sign them out everywhere. Their reserved items go to `heir` first, or back to their queues.

    The owner of the machine cannot be set inactive: they only lose their way in. BadInput for the last owner who can sign in.
    """
    require(actor, Role.OWNER)
    person = studio.people.known(person_id)
    if person is None:
        raise NotFound("This person is not listed here", to_do="Reload the page, then choose again.")
    if heir:
        _require_heir(studio, person_id, heir)
    studio.accounts.take_ways(actor, person_id)
    if person.actor != studio.people.owner():
        person = studio.people.set_active(actor, person_id, False)
    hand_over(studio, actor, person_id, heir)
    return person


def hand_over(studio: Studio, actor: Actor, person_id: str, heir: str = "") -> int:
    """What they have reserved goes to `heir` first, or back to its queues; in studies the others' shares grow. How many items."""
    require(actor, Role.OWNER)
    if heir:
        _require_heir(studio, person_id, heir)
    to = studio.people.known(heir) if heir else None
    count = 0
    for project in _projects(studio, actor):
        count += studio.desk.release(actor, project, person_id, to.actor if to else None)
        for study in _studies(project, person_id):
            study_course.person_left(actor, project, study.id, person_id, "They work here no more.")
    if count:
        to_whom = f" to {to.name}" if to else ""
        deeds.note(studio.installation, actor.person_id, "reserved items handed over", person_id, f"{count}{to_whom}")
    return count


def _require_heir(studio: Studio, person_id: str, heir: str) -> None:
    person = studio.people.known(heir)
    if person is None or not person.active or person.id == person_id or person.role is Role.RATER:
        raise BadInput("They cannot take over", to_do="Choose somebody else who reviews here.")


def _studies(project: Project, person_id: str) -> list[StudyNow]:
    """The studies in which somebody judges now."""
    found = []
    for study in study_reading.studies(project.database):
        takes_part = {one.person_id for one in study_reading.raters(project.database, study.id)} | set(
            study.design.people
        )
        left = study_reading.people_who_left(project.database, study.id)
        if study.state in _GOING and person_id in takes_part - left:
            found.append(study)
    return found


def _projects(studio: Studio, actor: Actor) -> list[Project]:
    """Every project that can be opened; one that cannot holds nothing up."""
    found = []
    for slug in studio.shelf.slugs(actor):
        try:
            found.append(studio.open(actor, slug))
        except StudioError:
            continue
    return found
