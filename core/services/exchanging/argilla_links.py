"""How the links to Argilla stand: what was sent, what came back, what of it counts for nothing, and how it went last."""

import json
from typing import Any

from core.domain.argilla import AnswerLine, ArgillaLink, LinkEventKind, LinkNow, PullReport, PushReport
from core.domain.person import Actor
from core.errors import NotFound
from core.services.access import may_read
from core.services.evaluating import study_making
from core.services.exchanging.argilla_news import person_of
from core.services.growing.node_parts import text_of
from core.services.projects import Project
from core.services.reviewing import queues
from core.store import argilla_reading, people, tree_reading
from core.store.argilla_reading import Happened

_MOST_LINES = 50
_LETTERS = 200  # of a text in a list
_NOTHING = {"planned": 0, "sent": 0, "answers": 0, "people": 0, "conflicts": 0}


def every(actor: Actor, project: Project) -> tuple[LinkNow, ...]:
    """Every link with how it stands, those that go on first, the newest first."""
    may_read(actor)
    happened, counts = argilla_reading.happened(project.database), argilla_reading.counts(project.database)
    names = {one.id: one.name for one in queues.every(actor, project)}
    names |= {one.id: f"{one.name}, version {one.version}" for one in study_making.every(actor, project)}
    found = [
        _now(one, names.get(one.subject_id, "what is not here any more"), happened, counts.get(one.id, _NOTHING))
        for one in argilla_reading.links(project.database)
    ]
    return tuple(sorted(found, key=lambda one: (one.ended, -one.link.received_at.timestamp())))


def trouble(actor: Actor, project: Project, link_id: str) -> tuple[AnswerLine, ...]:
    """The newest answers that count for nothing here, each with why."""
    may_read(actor)
    rows = argilla_reading.trouble(project.database, link_id, _MOST_LINES)
    names = people.names(project.database, actor)
    texts = tree_reading.texts(project.database, {row["revision_id"] for row in rows})
    return tuple(
        AnswerLine(
            person=names.get(person_of(row["user_id"]), row["user_id"]), text=text_of(texts, row["revision_id"])[:_LETTERS],
            came=row["came"], became=row["became"], why=row["why"], received_at=row["received_at"],
            subject_id=row["subject_id"],
        )
        for row in rows
    )  # fmt: skip


def last_push(actor: Actor, project: Project, link_id: str) -> PushReport:
    """How the last push went. NotFound before the first."""
    may_read(actor)
    return PushReport(**_detail(project, link_id, LinkEventKind.PUSHED))


def last_pull(actor: Actor, project: Project, link_id: str) -> PullReport:
    """How the last pull went. NotFound before the first."""
    may_read(actor)
    return PullReport(**_detail(project, link_id, LinkEventKind.PULLED))


def _detail(project: Project, link_id: str, kind: LinkEventKind) -> dict[str, Any]:
    found = argilla_reading.happened(project.database).get((link_id, kind))
    if found is None:
        raise NotFound("This did not happen yet", to_do="Push, then pull.")
    said: dict[str, Any] = json.loads(found.detail)
    return said


def _now(
    link: ArgillaLink, subject: str, happened: dict[tuple[str, LinkEventKind], Happened], counts: dict[str, int]
) -> LinkNow:
    def at(kind: LinkEventKind) -> Happened | None:
        return happened.get((link.id, kind))

    made, minutes, failed = at(LinkEventKind.MADE), at(LinkEventKind.EVERY), at(LinkEventKind.FAILED)
    pushed, pulled = at(LinkEventKind.PUSHED), at(LinkEventKind.PULLED)
    later = max((one.seq for one in (pushed, pulled) if one is not None), default=0)
    return LinkNow(
        link=link, subject=subject, dataset_id=made.detail if made else "", every_min=int(minutes.detail) if minutes else 0,
        pushed_at=pushed.at if pushed else None, pulled_at=pulled.at if pulled else None,
        problem=failed.detail if failed and failed.seq > later else "", ended=at(LinkEventKind.ENDED) is not None, **counts,
    )  # fmt: skip
