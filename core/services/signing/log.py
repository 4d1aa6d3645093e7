"""Who did what when: read, and taken out. The installation's own deeds and those of every project, in one list."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from io import StringIO
from itertools import islice

from core.domain.account import Deed
from core.domain.person import Actor, Role
from core.errors import StudioError
from core.exchange.export_texts import defused
from core.services.access import require
from core.services.studio import Studio
from core.store import deeds
from core.store.database import Database

_ALL = 10_000_000
COLUMNS = ("time", "person_id", "person", "act", "subject", "detail", "project", "address")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A deed as it is read: with the name of who did it, and in words what it was done to."""

    deed: Deed
    person: str
    subject: str


def lines(
    studio: Studio, actor: Actor, *, most: int = 200, since: datetime | None = None, until: datetime | None = None
) -> tuple[Line, ...]:
    """The newest first, at most so many."""
    require(actor, Role.OWNER)
    own = deeds.of_installation(studio.installation, most, since, until)
    of_projects = [deeds.of_project(one, slug, most, since, until) for slug, one in _databases(studio, actor)]
    newest = merge(own, *of_projects, key=lambda one: one.received_at, reverse=True)
    return tuple(_line(studio, one) for one in islice(newest, most))


def written(studio: Studio, actor: Actor, format_: str) -> str:
    """All of it as "csv" or "jsonl", the oldest first. Taking it out is a deed too."""
    require(actor, Role.OWNER)
    deeds.note(studio.installation, actor.person_id, "log taken out", detail=format_)
    rows = [_row(one) for one in reversed(lines(studio, actor, most=_ALL))]
    if format_ == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: defused(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _databases(studio: Studio, actor: Actor) -> Iterator[tuple[str, Database]]:
    for slug in studio.shelf.slugs(actor):
        try:
            yield slug, studio.open(actor, slug).database
        except StudioError:  # a file that cannot be used says so on the page Projects
            continue


def _line(studio: Studio, deed: Deed) -> Line:
    who, whom = studio.people.known(deed.person_id), studio.people.known(deed.subject)
    return Line(deed=deed, person=who.name if who else deed.person_id, subject=whom.name if whom else deed.subject)


def _row(line: Line) -> dict[str, str]:
    deed = line.deed
    values = (
        deed.received_at.astimezone(UTC).isoformat(), deed.person_id, line.person, deed.act, line.subject, deed.detail,
        deed.project, deed.address,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
