"""Several chosen items decided from a list: each in a trial of its own, all in one batch."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.decision import Act, Answer, Reason, Receipt, Submission
from core.domain.person import Actor
from core.services.access import may_review
from core.services.projects import Project
from core.services.reviewing import decisions
from core.services.reviewing.item_list import Item
from core.services.studio import Studio


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of chosen items: `trials` can be undone; `refused` says why the others were not decided."""

    act: Act
    trials: tuple[str, ...]
    refused: tuple[str, ...]


def decide(
    studio: Studio,
    actor: Actor,
    project: Project,
    items: Sequence[Item],
    act: Act,
    *,
    reason: Reason | None = None,
    queue_id: str | None = None,
) -> Done:
    """Accept, reject or flag these as they were listed: one whose text has changed since is refused."""
    may_review(actor)
    given = [studio.desk.trial_for(actor, project, one.id, queue_id) for one in items]
    submissions = [
        Submission(trial_id=card.trial, act=act, revision_id=one.revision_id, reason=reason)
        for card, one in zip(given, items, strict=True)
    ]
    return _done(act, decisions.decide(studio, actor, project, submissions).receipts)


def undo(studio: Studio, actor: Actor, project: Project, done: Done) -> Done:
    """Take it back, item by item."""
    may_review(actor)
    submissions = [Submission(trial_id=trial, act=Act.UNDO) for trial in done.trials]
    return _done(Act.UNDO, decisions.decide(studio, actor, project, submissions).receipts)


def _done(act: Act, receipts: Sequence[Receipt]) -> Done:
    saved = [one.trial_id for one in receipts if one.answer is not Answer.REFUSED]
    refused = [one.why for one in receipts if one.answer is Answer.REFUSED]
    return Done(act=act, trials=tuple(saved), refused=tuple(dict.fromkeys(refused)))
