"""Queues: saved filters with a name. What waits in each for somebody, what was decided in it, and what one did today."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import uuid_utils

from core.domain import ids
from core.domain.person import Actor, Role
from core.domain.project import Audit
from core.domain.queue import Asks, Queue, QueueFilter
from core.errors import BadInput, NotFound
from core.services.access import may_grow, may_review
from core.services.projects import Project
from core.store import difficulty_reading, list_reading, queue_log, queue_reading, run_reading, seed_reading

SURVIVORS = "Survivors"
_LONGEST_NAME = 80
_MOST_OVERLAP = 20
_PROJECT = "select id from project"


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueLine:
    """A queue in the list. `waiting` is for whoever asked; the other numbers are everybody's verdicts or scores that hold."""

    queue: Queue
    waiting: int
    scored: int = 0
    accepted: int = 0
    rejected: int = 0
    last: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What one person decided in one queue since midnight, or ("" for its name) outside of any. `pace_s`: seconds each."""

    name: str
    decided: int
    accepted: int
    pace_s: float | None = None


def default(project: Project) -> Queue:
    """The queue that every project has, saved or not: all survivors, the oldest first."""
    project_id = str(project.database.query(_PROJECT)[0]["id"])
    return Queue(id=ids.queue_id(project_id, SURVIVORS), name=SURVIVORS)


def every(actor: Actor, project: Project) -> tuple[Queue, ...]:
    """All that are saved, the archived ones too; the default one first, whether it is saved or not.

    A queue for adjudicators shows what others said: whoever only reviews is not offered it.
    """
    may_review(actor)
    usual, saved = default(project), queue_log.queues(project.database)
    first = next((one for one in saved if one.id == usual.id), usual)
    others = (one for one in saved if one.id != usual.id)
    return (first, *(one for one in others if not one.adjudicates or actor.role is not Role.ANNOTATOR))


def get(actor: Actor, project: Project, queue_id: str) -> Queue:
    """One queue. NotFound if there is none of this id."""
    may_review(actor)
    usual = default(project)
    found = queue_log.queue(project.database, queue_id) if ids.is_id(queue_id) else None
    if found is None and queue_id != usual.id:
        raise NotFound("There is no such queue in this project", to_do="The page Review lists all of them.")
    if found is not None and found.adjudicates:
        may_grow(actor)
    return found or usual


def save(actor: Actor, project: Project, queue: Queue) -> Queue:
    """Keep a new queue (its id is then made here: pass "") or the change of one. BadInput for what cannot be."""
    may_grow(actor)
    sound = _sound(queue)
    if any(one.name == sound.name and one.id != sound.id and not one.archived for one in every(actor, project)):
        raise BadInput("There is a queue of this name already", to_do="Give it another name.")
    is_new = not sound.id
    if not is_new and get(actor, project, sound.id).asks is not sound.asks:
        raise BadInput("What a queue asks cannot be changed", to_do="Make another queue with the same filter.")
    sound = replace(sound, id=str(uuid_utils.uuid7())) if is_new else sound
    _keep(actor, project, sound, "queue made" if is_new else "queue changed")
    return sound


def rename(actor: Actor, project: Project, queue_id: str, name: str) -> Queue:
    """Another name; its address stays."""
    may_grow(actor)
    return save(actor, project, replace(get(actor, project, queue_id), name=name))


def archive(actor: Actor, project: Project, queue_id: str) -> None:
    """No more listed. Nothing is lost: its address still opens it, and `restore` lists it again."""
    may_grow(actor)
    _keep(actor, project, replace(get(actor, project, queue_id), archived=True), "queue archived")


def restore(actor: Actor, project: Project, queue_id: str) -> None:
    may_grow(actor)
    _keep(actor, project, replace(get(actor, project, queue_id), archived=False), "queue restored")


def lines(actor: Actor, project: Project) -> tuple[QueueLine, ...]:
    """The queues that are not archived, each with what waits in it for this person."""
    decided = list_reading.decided_in_queues(project.database) | difficulty_reading.said_in_queues(project.database)
    listed = (one for one in every(actor, project) if not one.archived)
    return tuple(_line(actor, project, one, decided.get(one.id, {})) for one in listed)


def left_off(actor: Actor, project: Project) -> QueueLine | None:
    """Where this person goes on: the queue one decided in last, if something waits in it, else the first in which something does."""
    may_review(actor)
    last = list_reading.last_queue(project.database, actor.person_id)
    listed = [one for one in every(actor, project) if not one.archived]
    for one in sorted(listed, key=lambda one: one.id != last):
        if waiting := queue_reading.count_waiting(project.database, one, actor.person_id):
            return QueueLine(queue=one, waiting=waiting)
    return None


def count(actor: Actor, project: Project, wanted: QueueFilter) -> int:
    """How many instructions a filter means now."""
    may_review(actor)
    return queue_reading.count(project.database, wanted)


def today(actor: Actor, project: Project, midnight: datetime) -> tuple[Day, ...]:
    """What this person decided since then, by queue, most first."""
    may_review(actor)
    names = {one.id: one.name for one in every(actor, project)}
    found = list_reading.decided_since(project.database, actor.person_id, midnight)
    days = [
        Day(
            name=names.get(row["id"], ""),
            decided=row["n"],
            accepted=row["accepted"],
            pace_s=row["active_ms"] / 1000 / row["timed"] if row["timed"] else None,
        )
        for row in found
    ]
    return tuple(sorted(days, key=lambda day: -day.decided))


def scored_today(actor: Actor, project: Project, midnight: datetime) -> int:
    """Of how many instructions this person said since then how difficult they are."""
    may_review(actor)
    return difficulty_reading.said_since(project.database, actor.person_id, midnight)[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the filters of this project can be: runs, sources, systems, packs and people by id, and the values that occur."""

    runs: Mapping[str, str]
    sources: Mapping[str, str]
    systems: Mapping[str, str]
    packs: Mapping[str, str]
    skills: Mapping[str, int]
    people: tuple[str, ...]
    epochs: tuple[int, ...]
    rules: tuple[str, ...]


def choices(actor: Actor, project: Project) -> Choices:
    may_review(actor)
    database = project.database
    return Choices(
        runs={run.id: f"Run {run.number} · {run.name}" for run in run_reading.runs(database)},
        sources={row["id"]: row["name"] for row in seed_reading.sources(database)},
        systems=list_reading.systems(database),
        packs=list_reading.packs(database),
        skills=seed_reading.skills(database),
        people=tuple(list_reading.people(database)),
        epochs=tuple(list_reading.epochs(database)),
        rules=tuple(list_reading.rules(database)),
    )


def _line(actor: Actor, project: Project, queue: Queue, decided: Mapping[str, Any]) -> QueueLine:
    return QueueLine(
        queue=queue,
        waiting=queue_reading.count_waiting(project.database, queue, actor.person_id),
        scored=decided.get("n", 0),
        accepted=decided.get("accepted", 0),
        rejected=decided.get("rejected", 0),
        last=decided.get("last"),
    )


def _keep(actor: Actor, project: Project, queue: Queue, act: str) -> None:
    audit = Audit(
        person_id=actor.person_id, act=act, subject=f"{queue.name} {queue.id}", origin="", received_at=datetime.now(UTC)
    )
    queue_log.save(project.database, queue, audit)


def _sound(queue: Queue) -> Queue:
    name = " ".join(queue.name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise BadInput("A queue needs a name", to_do=f"At most {_LONGEST_NAME} characters.")
    if not 1 <= queue.overlap <= _MOST_OVERLAP:
        raise BadInput("So many people cannot decide each item", to_do=f"Give 1 to {_MOST_OVERLAP}.")
    for share in (queue.overlap_share, queue.audit_share, queue.repeat_share):
        if not 0 <= share <= 1:
            raise BadInput("A share is more than all", to_do="Give 0 to 100 %.")
    if queue.asks is Asks.DIFFICULTY and (queue.adjudicates or queue.audit_share or queue.repeat_share):
        raise BadInput(
            "A queue that asks for the difficulty settles nothing and mixes nothing in",
            to_do="Leave the adjudicator, audits and repeats to another queue.",
        )
    return replace(queue, name=name)
