"""What came into a project, as a list."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.person import Actor
from core.services.access import may_read
from core.services.projects import Project
from core.store import arrival_reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One import: so many rows were taken, merged with what was there, and refused. `kind` is that of its source."""

    id: str
    kind: str
    name: str
    licence: str
    taken: int
    merged: int
    refused: int
    by_name: str
    received_at: datetime


def every(actor: Actor, project: Project, most: int = 50) -> tuple[Arrival, ...]:
    """The newest imports, newest first."""
    may_read(actor)
    return tuple(Arrival(**row) for row in arrival_reading.every(project.database, most))
