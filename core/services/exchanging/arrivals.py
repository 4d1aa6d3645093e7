"""What came into a project, as a list; a reference set can be removed and brought back, the decisions of a file taken back as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.domain import ids
from core.domain.person import Actor, Role
from core.domain.project import Audit
from core.domain.source import SourceEvent, SourceEventKind, Standing
from core.errors import BadInput, NotAllowed, NotFound
from core.services.access import may_grow, may_read
from core.services.projects import Project
from core.store import arrival_reading, source_events

REFERENCE, DECISIONS = "reference", "decisions"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One import: so many rows were taken, merged with what was there, and refused. `kind` is that of its source.

    `became` is what was done to it last; None: it is as it came.
    """

    id: str
    kind: str
    name: str
    licence: str
    taken: int
    merged: int
    refused: int
    by: str
    by_name: str
    received_at: datetime
    became: SourceEventKind | None


def every(actor: Actor, project: Project, most: int = 50) -> tuple[Arrival, ...]:
    """The newest imports, newest first."""
    may_read(actor)
    return tuple(_arrival(row) for row in arrival_reading.every(project.database, most))


def remove(actor: Actor, project: Project, source_id: str) -> Arrival:
    """Put a reference set away: nothing is compared with it, drawn beside it or kept clear of it any more.

    Its texts stay in the file, so that maps and exports that were made with it stay what they are. It can be brought back.
    """
    may_grow(actor)
    return _said(actor, project, _of_kind(project, source_id, REFERENCE), SourceEventKind.REMOVED)


def restore(actor: Actor, project: Project, source_id: str) -> Arrival:
    """Bring a removed reference set back. Nothing happens to one that is there."""
    may_grow(actor)
    set_ = _of_kind(project, source_id, REFERENCE)
    return set_ if set_.became is None else _said(actor, project, set_, SourceEventKind.RESTORED)


def standing(actor: Actor, project: Project, source_id: str) -> Standing:
    """What taking the decisions of a file back would take back."""
    may_read(actor)
    return source_events.standing(project.database, _of_kind(project, source_id, DECISIONS).id)


def take_back(actor: Actor, project: Project, source_id: str) -> int:
    """Take back, in one transaction, everything that still stands of the decisions and skills of a file.

    Whoever brought it in may, and an owner. Each decision is undone as in History; a skill is again what was said before, unless
    somebody has said another since. The file may be brought in again. → how many instructions below were set aside or brought back.
    """
    may_grow(actor)
    arrival = _of_kind(project, source_id, DECISIONS)
    if actor.person_id != arrival.by and actor.role is not Role.OWNER:
        raise NotAllowed("Somebody else brought this in", to_do="They, or an owner, can take it back.")
    if arrival.became is SourceEventKind.TAKEN_BACK:
        raise BadInput("This was taken back already", to_do="Reload the page to see it.")
    event, audit = _event(actor, arrival, SourceEventKind.TAKEN_BACK)
    return source_events.take_back(project.database, event, audit)


def _said(actor: Actor, project: Project, arrival: Arrival, kind: SourceEventKind) -> Arrival:
    source_events.add(project.database, *_event(actor, arrival, kind))
    return _one(project, arrival.id)


_ACTS = {
    SourceEventKind.REMOVED: "reference set removed",
    SourceEventKind.RESTORED: "reference set brought back",
    SourceEventKind.TAKEN_BACK: "imported decisions taken back",
}


def _event(actor: Actor, arrival: Arrival, kind: SourceEventKind) -> tuple[SourceEvent, Audit]:
    now = datetime.now(UTC)
    event = SourceEvent(source_id=arrival.id, kind=kind, n=0, by=actor.person_id, received_at=now)
    audit = Audit(person_id=actor.person_id, act=_ACTS[kind], subject=arrival.id, origin="", received_at=now)
    return event, audit


def _of_kind(project: Project, source_id: str, kind: str) -> Arrival:
    found = _one(project, source_id)
    if found.kind != kind:
        what = "no reference set" if kind == REFERENCE else "no import of decisions"
        raise BadInput(f"“{found.name[:80]}” is {what}", to_do="Choose another one.")
    return found


def _one(project: Project, source_id: str) -> Arrival:
    row = arrival_reading.one(project.database, source_id) if ids.is_id(source_id) else None
    if row is None:
        raise NotFound("There is no such import", to_do="The page Data lists what came in.")
    return _arrival(row)


def _arrival(row: Mapping[str, Any]) -> Arrival:
    became = SourceEventKind(row["became"]) if row["became"] else None
    return Arrival(**{**row, "became": None if became is SourceEventKind.RESTORED else became})
