"""One point of a map, for whoever stops at it: its text, and where it stands in a tree."""

from dataclasses import dataclass

from core.domain.person import Actor
from core.errors import NotFound
from core.services.access import may_read
from core.services.exploring import maps
from core.services.projects import Project
from core.store import list_reading

_SHOWN = 3_000  # characters: a point's text is for a glance, its tree has all of it


@dataclass(frozen=True, kw_only=True, slots=True)
class MapPoint:
    """`text` is someone else's words. `run_id` is None for what no run grew."""

    id: str
    kind: str
    seed_id: str
    run_id: str | None
    text: str


def one(actor: Actor, project: Project, seq: int) -> MapPoint:
    """The instruction with this `seq` as it now reads. NotFound if there is none."""
    may_read(actor)
    row = next(iter(list_reading.rows(project.database, [seq])), None)
    if row is None:
        raise NotFound("There is no such text", to_do="Draw the map again.")
    text = maps.text(actor, project, seq)[:_SHOWN]
    return MapPoint(id=row["id"], kind=row["kind"], seed_id=row["seed_id"], run_id=row["run_id"], text=text)
