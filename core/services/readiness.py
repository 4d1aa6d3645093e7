"""Whether this process can do its work, for whoever watches it from outside: yes or no, and nothing about anybody."""

from dataclasses import astuple, dataclass

from core.domain.person import Actor
from core.services.access import may_read
from core.services.studio import Studio
from core.store.database import Database
from core.store.writer import DiskFull


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """`studio`: its file answers. `writers`: every open file takes facts. `engine`: runs are worked on. `room`: the disk has more than the reserve."""

    studio: bool
    writers: bool
    engine: bool
    room: bool

    @property
    def is_ready(self) -> bool:
        return all(astuple(self))


def look(actor: Actor, studio: Studio) -> Readiness:
    """What a prober is told; a few milliseconds, whatever the size of the projects."""
    may_read(actor)
    databases = [studio.installation, *(project.database for project in studio.projects.opened())]
    return Readiness(
        studio=bool(studio.installation.query("select 1 as one")),
        writers=all(one.writer.is_working for one in databases),
        engine=studio.live.is_working,
        room=all(map(_has_room, databases)),
    )


def _has_room(database: Database) -> bool:
    try:
        database.require_room()
    except DiskFull:
        return False
    return True
