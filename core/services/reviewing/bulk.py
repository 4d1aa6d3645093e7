"""Many at once: look at everything that a filter means, decide it as one, take all of it back as one."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import uuid_utils

from core.domain.decision import Reason, Verdict
from core.domain.person import Actor, Role
from core.domain.queue import QueueFilter
from core.errors import BadInput, NotAllowed, NotFound
from core.services.access import may_grow, may_review
from core.services.projects import Project
from core.services.reviewing.item_list import Item, items
from core.store import bulk_log, list_reading, queue_log, queue_reading

SAMPLE = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a filter means now: how many, what people say of them, and a sample drawn by chance.

    `as_of`: later ones are not meant, however long somebody looks at this.
    """

    wanted: QueueFilter
    as_of: int
    total: int
    by_status: Mapping[str, int]
    sample: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkLine:
    """One decision on many, as a line. `undone`: it was taken back."""

    id: str
    count: int
    person_id: str
    verdict: Verdict
    reason: Reason | None
    received_at: datetime
    undone: bool


def preview(actor: Actor, project: Project, wanted: QueueFilter) -> Preview:
    """Count everything that the filter means, and draw a sample. Nothing is written."""
    may_grow(actor)
    as_of = bulk_log.as_of(project.database)
    seqs = _meant(project, wanted, as_of)
    drawn = sorted(Random(len(seqs)).sample(range(len(seqs)), min(SAMPLE, len(seqs))))
    ids = [row["id"] for row in list_reading.rows(project.database, [seqs[at] for at in drawn])]
    return Preview(
        wanted=wanted,
        as_of=as_of,
        total=len(seqs),
        by_status=queue_reading.by_status(project.database, wanted),
        sample=items(actor, project, ids),
    )


def decide(
    actor: Actor, project: Project, seen: Preview, verdict: Verdict, reason: Reason | None = None, note: str = ""
) -> BulkLine:
    """One verdict on everything that was previewed. BadInput if the filter means another number of them by now."""
    may_grow(actor)
    seqs = _meant(project, seen.wanted, seen.as_of)
    if len(seqs) != seen.total:
        raise BadInput(f"Meanwhile it became {len(seqs):,} items", to_do="Look again.")
    return _decided(actor, project, seqs, verdict, reason, note, queue_log.as_json(seen.wanted))


def reject_duplicates(actor: Actor, project: Project, ids: Sequence[str]) -> BulkLine:
    """One rejection of all of these: each says the same as another one that stays."""
    may_grow(actor)
    seqs = list_reading.seqs_of(project.database, ids)
    return _decided(actor, project, seqs, Verdict.REJECT, Reason.DUPLICATE, "", "{}")


def undo(actor: Actor, project: Project, bulk_id: str) -> BulkLine:
    """Take all of it back. Whoever did it may, and an owner."""
    may_grow(actor)
    line = get(actor, project, bulk_id)
    if actor.person_id != line.person_id and actor.role is not Role.OWNER:
        raise NotAllowed("This was decided by somebody else", to_do="They, or an owner, can take it back.")
    bulk_log.undo(project.database, actor.person_id, bulk_id, datetime.now(UTC))
    return get(actor, project, bulk_id)


def get(actor: Actor, project: Project, bulk_id: str) -> BulkLine:
    may_review(actor)
    found = bulk_log.one(project.database, bulk_id)
    if found is None:
        raise NotFound("There is no such decision on many", to_do="The page Review lists the latest.")
    return _line(found)


def latest(actor: Actor, project: Project, most: int = 10) -> tuple[BulkLine, ...]:
    """Newest first."""
    may_review(actor)
    return tuple(_line(row) for row in bulk_log.latest(project.database, most))


def _meant(project: Project, wanted: QueueFilter, as_of: int) -> Sequence[int]:
    seqs = queue_reading.matching(project.database, wanted)
    return seqs[: bisect_right(seqs, as_of)]


def _decided(
    actor: Actor,
    project: Project,
    seqs: Sequence[int],
    verdict: Verdict,
    reason: Reason | None,
    note: str,
    wanted: str,
) -> BulkLine:
    if not seqs:
        raise BadInput("Nothing matches", to_do="Choose another filter.")
    bulk = bulk_log.Bulk(
        id=str(uuid_utils.uuid7()),
        person_id=actor.person_id,
        verdict=verdict,
        wanted=wanted,
        reason=reason if verdict is Verdict.REJECT else None,
        note=note.strip() or None,
    )
    bulk_log.apply(project.database, bulk, seqs, datetime.now(UTC))
    return get(actor, project, bulk.id)


def _line(row: Mapping[str, Any]) -> BulkLine:
    return BulkLine(
        id=row["id"],
        count=row["count"],
        person_id=row["person_id"],
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        received_at=row["received_at"],
        undone=row["undone"],
    )
