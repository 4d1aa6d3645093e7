"""What people decide: batches of any length up to 200, each submission answered by itself, nothing written twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.domain.decision import Act, Answer, Receipt, Submission
from core.domain.instruction import HumanStatus
from core.domain.person import Actor, Role
from core.services.access import may_review
from core.services.growing import savings
from core.services.projects import Project
from core.services.studio import Studio
from core.store import decision_log, trial_log

_LONGEST_NOTE = 4_000
_LONGEST_MS = 3_600_000  # of one look at one item; more says that somebody went away
_VERDICTS = {Act.ACCEPT: HumanStatus.ACCEPTED, Act.REJECT: HumanStatus.REJECTED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipts:
    """One receipt for each submission, and this person's open trials that lead nowhere any more."""

    receipts: tuple[Receipt, ...]
    void: tuple[str, ...]


def decide(studio: Studio, actor: Actor, project: Project, submissions: Sequence[Submission]) -> Receipts:
    """Save a batch. When it returns, what is said to be saved survives kill -9; a refusal says why."""
    may_review(actor)
    late = studio.desk.admit(actor, project, submissions)
    refused = {nth: why for nth, one in enumerate(submissions) if (why := _refusal(actor, one, late))}
    sound = [_bounded(one) for nth, one in enumerate(submissions) if nth not in refused]
    written = iter(decision_log.decide(project.database, actor.person_id, sound, datetime.now(UTC)) if sound else ())
    receipts = [_refused(one, refused[nth]) if nth in refused else next(written) for nth, one in enumerate(submissions)]
    void = studio.desk.settle(actor, project, receipts)
    return Receipts(receipts=_told(project, receipts), void=void)


def _refusal(actor: Actor, one: Submission, late: Mapping[str, str]) -> str:
    """Why this is not even tried; "" if it is."""
    if one.act is Act.ADJUDICATE and actor.role not in (Role.OWNER, Role.CURATOR):
        return "Only an owner or a curator settles what others disagree about."
    if one.act is Act.EDIT:
        return "An edit is sent with its text."
    if one.act is Act.NOTE and not (one.note or "").strip():
        return "The note is empty."
    if len(one.note or "") > _LONGEST_NOTE:
        return f"The note is longer than {_LONGEST_NOTE:,} letters. Shorten it."
    return late.get(one.trial_id, "") if one.act in decision_log.ENDING else ""


def _refused(one: Submission, why: str) -> Receipt:
    return Receipt(trial_id=one.trial_id, act=one.act, answer=Answer.REFUSED, why=why)


def _bounded(one: Submission) -> Submission:
    """What a browser says of time is kept and trusted with nothing: its clock may jump."""
    if one.active_ms is None:
        return one
    return replace(one, active_ms=max(0, min(one.active_ms, _LONGEST_MS)))


def _told(project: Project, receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """What may be told: a repeat is answered as if it counted, and an undo says whose verdict stands now."""
    saved = [one.trial_id for one in receipts if one.answer is Answer.SAVED and one.status is not None]
    repeats = trial_log.repeats(project.database, saved)
    told = (_as_told(one, is_repeat=one.trial_id in repeats) for one in receipts)
    return tuple(_with_spared(project, one) for one in told)


def _with_spared(project: Project, one: Receipt) -> Receipt:
    """A rejection says which calls it spares; seldom there are any."""
    if not one.below or one.instruction_id is None or one.status != HumanStatus.REJECTED:
        return one
    return replace(one, spared=savings.below(project, one.instruction_id).words)


def _as_told(one: Receipt, *, is_repeat: bool) -> Receipt:
    if is_repeat:
        return replace(one, status=_VERDICTS.get(one.act, HumanStatus.UNDECIDED))
    if one.act is Act.UNDO and one.answer is Answer.SAVED and one.status not in (None, HumanStatus.UNDECIDED):
        return replace(one, why=f"Yours is taken back. By what was decided beside it, it is now {one.status}.")
    return one
