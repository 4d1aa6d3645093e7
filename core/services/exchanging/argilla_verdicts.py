"""Answers to the records of a queue that asks for verdicts: each becomes a decision, an edit, a rating; or is taken back."""

from collections.abc import Sequence
from datetime import datetime

from core.domain import ids
from core.domain.argilla import Became, Came
from core.domain.argilla_wire import Meant
from core.domain.check import Score
from core.domain.decision import Act, Decision, Verdict
from core.domain.instruction import Revision, RunStatus
from core.domain.queue import Queue
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.domain.words import count_words
from core.exchange import argilla_answers
from core.services.exchanging.argilla_news import News
from core.store.argilla_log import Asked, Made, Now, follow

ORIGIN = "argilla"
_ACTS = {Verdict.ACCEPT: Act.ACCEPT, Verdict.REJECT: Act.REJECT}
_TEXT_CHANGED = "The text was changed here after it was sent: this is about the one before. A push sends the new one."
_RECORD_CHANGED = "The record's texts were changed in Argilla: this is about texts that are not here."
_RATING = "rating"


def asked(news: Sequence[News], people: dict[str, str]) -> Asked:
    """What has to be known in the moment of writing."""
    before = [one.before for one in news if one.before]
    return Asked(
        instructions=list(dict.fromkeys(one.record.subject_id for one in news)),
        originals=[one.record.revision_id for one in news],
        responses=[one.record.response_revision_id for one in news if one.record.response_revision_id],
        decisions=[row["decision_id"] for row in before if row["decision_id"]],
        edits=[row["edit_id"] for row in before if row["edit_id"]],
        answers=[one.id for one in news],
        people=people,
    )


def made(queue: Queue, one: News, now: Now, at: datetime) -> Made:
    """What an answer becomes. A verdict that it replaces is taken back first, unless somebody has done that here already."""
    replaced = _taken_back(one, now, at)
    if one.came is Came.DELETED:
        restored = _restored(one, now, at)
        return _gone(one, at, (*replaced, *restored))
    if one.came is Came.DISCARDED:
        skip = _decision(one, Act.SKIP, at)
        facts = (*replaced, *_restored(one, now, at), *_trial(queue, one), skip)
        return Made(answer=one.answer(Became.SKIPPED, "", at, decision_id=skip.id), facts=facts)
    meant = argilla_answers.of_queue(queue, one.values)
    became, why = _problem(one, meant, now)
    if why:
        return Made(answer=one.answer(became, why, at, edit_id=_edit_id(one)), facts=replaced)
    return _decided(queue, one, meant, now, at, replaced)


def _problem(one: News, meant: Meant, now: Now) -> tuple[Became, str]:
    text = now.texts.get(one.record.subject_id)
    if meant.problem or text is None:
        return Became.UNUSABLE, meant.problem or "Its instruction has no text any more"
    if one.is_changed:
        return Became.CONFLICT, _RECORD_CHANGED
    if text.revision_id not in (one.record.revision_id, _own_edit(one, now)):
        return Became.CONFLICT, _TEXT_CHANGED
    return Became.DECIDED, ""


def _decided(queue: Queue, one: News, meant: Meant, now: Now, at: datetime, replaced: tuple[object, ...]) -> Made:
    assert meant.verdict is not None
    edit, why = _edit(one, meant, now, at)
    decision = _decision(one, _ACTS[meant.verdict], at, meant, revision_id=now.texts[one.record.subject_id].revision_id)
    edit_id = next((fact.id for fact in edit if isinstance(fact, Decision)), _edit_id(one))
    facts = (*replaced, *_trial(queue, one), *edit, decision, *_rating(one, meant, now))
    return Made(answer=one.answer(Became.DECIDED, why, at, decision_id=decision.id, edit_id=edit_id), facts=facts)


def _gone(one: News, at: datetime, facts: tuple[object, ...]) -> Made:
    return Made(answer=one.answer(Became.TAKEN_BACK if facts else Became.KEPT, "", at), facts=facts)


def _trial(queue: Queue, one: News) -> tuple[Trial, TrialSlot]:
    id_ = _trial_id(one)
    trial = Trial(
        id=id_, kind=TrialKind.REVIEW, person_id=one.person_id, origin=TrialOrigin.FRESH, queue_id=queue.id
    )  # fmt: skip
    return trial, TrialSlot(trial_id=id_, position=0, revision_id=one.record.revision_id)


def _trial_id(one: News, number: int | None = None) -> str:
    return ids.argilla_trial_id(one.record.id, one.response_id, one.number if number is None else number)


def _decision(
    one: News, act: Act, at: datetime, meant: Meant | None = None, *, revision_id: str | None = None
) -> Decision:
    meant = meant or Meant()
    first = next(iter(meant.reasons), None) if act is Act.REJECT else None
    trial = _trial_id(one)
    return Decision(
        id=ids.decision_id(trial, act), person_id=one.person_id, act=act, received_at=at, trial_id=trial,
        instruction_id=one.record.subject_id, revision_id=revision_id or one.record.revision_id, verdict=meant.verdict,
        reason=first, note=_note(meant), origin=ORIGIN, decided_at_browser=one.said_at,
    )  # fmt: skip


def _note(meant: Meant) -> str | None:
    """A decision here has one reason: further ones are said in its note."""
    more = [reason.label for reason in meant.reasons[1:]] if meant.verdict is Verdict.REJECT else []
    parts = [meant.note, f"(also: {', '.join(more)})" if more else ""]
    return "\n".join(part for part in parts if part)[: argilla_answers.MOST_NOTE] or None


def _taken_back(one: News, now: Now, at: datetime) -> tuple[Decision, ...]:
    """The undo of what the answer said before."""
    decision_id = one.before["decision_id"] if one.before else None
    if decision_id is None or decision_id in now.undone:
        return ()
    trial = _trial_id(one, one.number - 1)
    undo = Decision(
        id=ids.decision_id(trial, Act.UNDO), person_id=one.person_id, act=Act.UNDO, received_at=at, trial_id=trial,
        instruction_id=one.record.subject_id, revision_id=one.record.revision_id, undoes_id=decision_id, origin=ORIGIN,
        decided_at_browser=one.said_at,
    )  # fmt: skip
    return (undo,)


def _edit_id(one: News) -> str | None:
    """The last edit that this answer became."""
    return str(one.before["edit_id"]) if one.before and one.before["edit_id"] else None


def _own_edit(one: News, now: Now) -> str | None:
    """The text that this person made of it here before."""
    return now.edited.get(_edit_id(one) or "")


def _edit(one: News, meant: Meant, now: Now, at: datetime) -> tuple[tuple[object, ...], str]:
    """A better text that comes with an acceptance, and why one is not taken."""
    text = now.texts[one.record.subject_id]
    if not meant.corrected or meant.corrected == text.text.replace("\x00", "").strip():
        return (), ""
    if meant.verdict is not Verdict.ACCEPT:
        return (), "Its corrected text is kept and not used, because the instruction is rejected."
    if text.run_status == RunStatus.WAITING:
        return (), "Its corrected text is kept and not used: the instruction is still being made."
    return _written(one, meant.corrected, now, at), ""


def _written(one: News, words: str, now: Now, at: datetime, *, undoes_id: str | None = None) -> tuple[object, ...]:
    """A revision, and the decision that made it."""
    text, instruction = now.texts[one.record.subject_id], one.record.subject_id
    revision = Revision(
        id=ids.revision_id(instruction, text.number + 1), of="instruction", of_id=instruction, number=text.number + 1,
        text=words, text_hash=ids.text_hash(words), words=count_words(words), by=one.person_id,
    )  # fmt: skip
    follow(now, revision)
    trial = _trial_id(one, one.number if undoes_id is None else one.number - 1)
    decision = Decision(
        id=ids.decision_id(undoes_id, Act.UNDO) if undoes_id else ids.edit_id(trial, revision.id), person_id=one.person_id,
        act=Act.UNDO if undoes_id else Act.EDIT, received_at=at, trial_id=trial, instruction_id=instruction,
        revision_id=revision.id, undoes_id=undoes_id, origin=ORIGIN, decided_at_browser=one.said_at,
    )  # fmt: skip
    return revision, decision


def _restored(one: News, now: Now, at: datetime) -> tuple[object, ...]:
    """The text from before this person's edit, if nobody has changed it since."""
    edit_id, made_text = _edit_id(one), _own_edit(one, now)
    if edit_id is None or edit_id in now.undone or now.texts[one.record.subject_id].revision_id != made_text:
        return ()
    original = now.originals.get(one.record.revision_id)
    return _written(one, original, now, at, undoes_id=edit_id) if original is not None else ()


def _rating(one: News, meant: Meant, now: Now) -> tuple[Score, ...]:
    """Of the response that was shown, once for every time that another rating is given."""
    response = now.responses.get(one.record.response_revision_id or "")
    if meant.rating is None or response is None:
        return ()
    text = now.texts[one.record.subject_id]
    score = Score(
        id=ids.score_id(one.id, _RATING, one.person_id), subject_id=response, run_id=text.run_id, epoch=text.epoch,
        kind=_RATING, value=float(meant.rating), by=one.person_id,
    )  # fmt: skip
    return (score,)
