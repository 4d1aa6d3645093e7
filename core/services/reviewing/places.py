"""Places at an item: how many people it needs, whether one is free for somebody now, and the trial that takes it."""

from enum import Enum, auto
from typing import Any
from uuid import UUID

import uuid_utils

from core.domain.queue import Asks, Queue
from core.domain.trial import TrialKind, TrialOrigin
from core.services.reviewing.leases import LEASE_S, Given, Leases
from core.store.trial_log import KnownTrial

KINDS = {Asks.VERDICT: TrialKind.REVIEW, Asks.DIFFICULTY: TrialKind.DIFFICULTY}


class Fit(Enum):
    """Whether an item may be given now, later, or (as far as this sitting goes) not any more."""

    NOW = auto()
    LATER = auto()
    NEVER = auto()


def fit_of(leases: Leases, queue: Queue, row: dict[str, Any] | None, one: Given, now_s: float) -> Fit:
    """Whether this item suits this person in this queue now, their own lease of it apart."""
    if row is None or row["revision_id"] is None:
        return Fit.NEVER
    held = leases.held(one.person_id, row["id"], one.kind)
    if held is not None and held.trial_id != one.trial_id:
        return Fit.NEVER if held.queue_id == queue.id else Fit.LATER
    if one.kind is TrialKind.DIFFICULTY and one.revision_id != row["revision_id"]:
        return Fit.LATER  # what is said of a text holds for that text: the new one is a trial of its own
    if one.origin is TrialOrigin.REPEAT:
        return Fit.NOW if row["mine"] else Fit.NEVER
    if row["set_aside"] and queue.filter.set_aside is False:
        return Fit.NEVER
    if row["mine"] and not queue.adjudicates:  # who settles it may be one of those who disagree
        return Fit.NEVER
    places = free(queue, row)
    if places < 1:
        return Fit.NEVER
    return Fit.NOW if leases.places_taken(row["id"], one.person_id, one.kind, now_s) < places else Fit.LATER


def kind_of(queue: Queue | None) -> TrialKind:
    """What a trial out of this queue is; out of none, a review."""
    return KINDS[queue.asks] if queue else TrialKind.REVIEW


def given(row: dict[str, Any], person_id: str, queue: Queue | None, origin: TrialOrigin, now_s: float) -> Given:
    """A new trial of an item, not reserved yet."""
    return Given(
        trial_id=str(uuid_utils.uuid7()), person_id=person_id, instruction_id=row["id"], seq=row["seq"],
        revision_id=row["revision_id"], queue_id=queue.id if queue else None, origin=origin, until_s=now_s + LEASE_S,
        stored_until_s=now_s + LEASE_S, kind=kind_of(queue), holds_place=origin is not TrialOrigin.REPEAT,
    )  # fmt: skip


def given_again(known: KnownTrial, until_s: float) -> Given:
    """A trial of the log as it was given out."""
    return Given(
        trial_id=known.id, person_id=known.person_id, instruction_id=known.instruction_id, seq=known.seq,
        revision_id=known.revision_id, queue_id=known.queue_id, origin=known.origin, until_s=until_s,
        stored_until_s=until_s, kind=known.kind, is_chosen=known.queue_id is None, holds_place=known.origin is not TrialOrigin.REPEAT,
    )  # fmt: skip


def free(queue: Queue, row: dict[str, Any]) -> int:
    """How many people may still decide an item."""
    if queue.adjudicates:
        return int(row["human_status"] == "disputed")
    return needed(queue, row["id"]) - int(row["n_decisions"])


def needs_nobody(queue: Queue, row: dict[str, Any]) -> bool:
    """Whether enough people have decided it."""
    return not queue.adjudicates and free(queue, row) < 1


def needed(queue: Queue, instruction_id: str) -> int:
    """How many people are to decide an item: `overlap`, or one outside of its share. Which ones follows from the id."""
    if queue.adjudicates:
        return 1
    return queue.overlap if UUID(instruction_id).int % 1000 < 1000 * queue.overlap_share else 1
