"""Texts that people change, and ratings of responses. What was there before is kept; undo appends the old text again."""

from datetime import UTC, datetime

import uuid_utils

from core.domain import ids
from core.domain.card import Card
from core.domain.check import Score
from core.domain.decision import Act, Decision
from core.domain.instruction import Revision, RunStatus
from core.domain.person import Actor
from core.domain.trial import TrialKind
from core.domain.words import count_words
from core.errors import BadInput, NotFound
from core.services.access import may_review
from core.services.projects import Project
from core.services.studio import Studio
from core.store import edit_log, tree_reading, trial_log
from core.store.edit_log import Current
from core.store.trial_log import KnownTrial

MOST_BYTES = 1_000_000
_RATING = "rating"


def edit(
    studio: Studio, actor: Actor, project: Project, trial_id: str, text: str, *, revision_id: str | None = None
) -> Card:
    """A new text by this person; the same trial goes on with it. Sent twice it is written once.

    `revision_id` is the text that was changed: if it is not the present one any more, BadInput says so.
    """
    may_review(actor)
    _require_sound(text)
    trial = _trial_of(actor, project, trial_id)
    now = datetime.now(UTC)

    def made(current: Current) -> tuple[Revision, Decision] | None:
        if current.run_status == RunStatus.WAITING:
            raise BadInput("It is still being made", to_do="Wait until its checks are done, then change it.")
        if current.text == text:
            return None
        if revision_id is not None and current.revision_id != revision_id:
            raise BadInput("Its text was changed by somebody else meanwhile", to_do="Look at the new one, then edit.")
        revision = _revision(actor, trial.instruction_id, text, current.number + 1)
        return revision, _decision(actor, trial, ids.edit_id(trial.id, revision.id), Act.EDIT, revision, now)

    edit_log.append(project.database, trial.instruction_id, made)
    return studio.desk.shown(actor, project, trial_id)


def undo(studio: Studio, actor: Actor, project: Project, trial_id: str) -> Card:
    """Take back one's own newest edit in a trial. NotFound if there is none."""
    may_review(actor)
    trial = _trial_of(actor, project, trial_id)
    found = edit_log.last_edit(project.database, trial.id)
    if found is None:
        raise NotFound("There is no edit to undo", to_do="Go on.")
    take_back(actor, project, str(found["id"]))
    return studio.desk.shown(actor, project, trial_id)


def take_back(actor: Actor, project: Project, decision_id: str) -> None:
    """Append the text that an edit replaced. BadInput if the text was changed again, or the edit taken back already.

    Whose edit it may be is for the caller to say.
    """
    may_review(actor)
    found = edit_log.edit(project.database, decision_id)
    if found is None:
        raise BadInput("This edit was taken back already", to_do="Reload the page to see it.")
    edited, (trial,) = str(found["revision_id"]), trial_log.known(project.database, [str(found["trial_id"])])
    before = edit_log.text_before(project.database, trial.instruction_id, edited)
    now = datetime.now(UTC)

    def made(current: Current) -> tuple[Revision, Decision] | None:
        if current.revision_id != edited:
            raise BadInput("The text was changed again after this edit", to_do="Open the item and edit it instead.")
        revision = _revision(actor, trial.instruction_id, before, current.number + 1)
        undone = ids.decision_id(decision_id, Act.UNDO)
        return revision, _decision(actor, trial, undone, Act.UNDO, revision, now, undoes_id=decision_id)

    edit_log.append(project.database, trial.instruction_id, made)


def rate(actor: Actor, project: Project, trial_id: str, value: int) -> None:
    """Say how good the response of a trial's item is, 1 to 5. Said again, the last one holds; all are kept."""
    may_review(actor)
    if value not in range(1, 6):
        raise BadInput("A rating is a whole number from 1 to 5", to_do="Choose one of these.")
    trial = _trial_of(actor, project, trial_id)
    row = tree_reading.nodes(project.database, [trial.instruction_id])[trial.instruction_id]
    if row["response_id"] is None:
        raise BadInput("It has no response that could be rated", to_do="Ask for an answer first.")
    score = Score(
        id=str(uuid_utils.uuid7()), subject_id=row["response_id"], run_id=row["run_id"], epoch=row["epoch"], kind=_RATING,
        value=float(value), by=actor.person_id,
    )  # fmt: skip
    edit_log.rate(project.database, score)


def _require_sound(text: str) -> None:
    """BadInput for what can be no instruction."""
    if not text.strip():
        raise BadInput("An instruction cannot be empty", to_do="Reject it instead.")
    try:
        n_bytes = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise BadInput("The text has half a character in it", to_do="Take it out, then save again.") from None
    if n_bytes > MOST_BYTES:
        raise BadInput(f"The text is {n_bytes // 1000:,} kB long; 1,000 kB is the most", to_do="Shorten it.")


def _trial_of(actor: Actor, project: Project, trial_id: str) -> KnownTrial:
    known = next(iter(trial_log.known(project.database, [trial_id])), None)
    if known is None:
        raise NotFound("This item is not known here any more", to_do="It comes again with the next ones.")
    if known.person_id != actor.person_id:
        raise BadInput("This item was given to somebody else", to_do="Go on with the next one.")
    if known.kind is not TrialKind.REVIEW:
        raise BadInput("Of this item only the difficulty is asked", to_do="Change it out of another queue.")
    return known


def _revision(actor: Actor, instruction_id: str, text: str, number: int) -> Revision:
    return Revision(
        id=ids.revision_id(instruction_id, number), of="instruction", of_id=instruction_id, number=number, text=text,
        text_hash=ids.text_hash(text), words=count_words(text), by=actor.person_id,
    )  # fmt: skip


def _decision(
    actor: Actor,
    trial: KnownTrial,
    id_: str,
    act: Act,
    revision: Revision,
    now: datetime,
    *,
    undoes_id: str | None = None,
) -> Decision:
    return Decision(
        id=id_, person_id=actor.person_id, act=act, received_at=now, trial_id=trial.id, instruction_id=trial.instruction_id,
        revision_id=revision.id, undoes_id=undoes_id, origin=trial.origin,
    )  # fmt: skip
