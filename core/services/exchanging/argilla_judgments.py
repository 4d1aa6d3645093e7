"""Answers to the records of a study, or of a queue that asks for the difficulty: each becomes a judgment, or a void one after it."""

from collections.abc import Sequence
from datetime import datetime

from core.domain import ids
from core.domain.argilla import Became, Came
from core.domain.argilla_wire import Meant
from core.domain.judgment import Judgment, JudgmentValue, Outcome
from core.domain.queue import Queue
from core.domain.study import Rater, RaterKind, StudyState, StudyTask
from core.domain.study_now import StudyNow
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.exchange import argilla_answers
from core.services.exchanging.argilla_news import News
from core.store.argilla_log import Asked, Made, Now
from core.store.difficulty_log import DIFFICULTY
from core.studies.questions import as_values, problem, questions

FROM_ARGILLA = '{"from": "argilla"}'
_KINDS = {StudyTask.PAIR: TrialKind.PAIR, StudyTask.LIKERT: TrialKind.LIKERT}
_CLOSED = "The study takes no judgments now."
_TEXT_CHANGED = "The text was changed here after it was sent: this is about the one before. A push sends the new one."
_RECORD_CHANGED = "The record's texts were changed in Argilla: this is about texts that are not here."


def asked(news: Sequence[News], people: dict[str, str], study_id: str | None) -> Asked:
    """What has to be known in the moment of writing."""
    return Asked(
        instructions=() if study_id else list(dict.fromkeys(one.record.subject_id for one in news)),
        trials=[trial_id(one) for one in news],
        study_id=study_id,
        answers=[one.id for one in news],
        people=people,
    )


def trial_id(one: News) -> str:
    """One trial for each answer there: what is changed in it is a further judgment of that trial."""
    return ids.argilla_trial_id(one.record.id, one.response_id)


def of_study(study: StudyNow, revisions: dict[str, str], one: News, now: Now, at: datetime, name: str) -> Made:
    """`revisions`: candidate → its text; `name`: how whoever judges is called there."""
    if now.study_state not in (StudyState.PILOT, StudyState.OPENED):
        return Made(answer=one.answer(Became.CONFLICT, _CLOSED, at))
    if one.came in (Came.DELETED, Came.DISCARDED):
        return _void(one, now, at)
    n_texts = len(one.record.shown)
    meant = argilla_answers.of_study(study.design, questions(study.design), n_texts, one.values)
    why = meant.problem or problem(study.design, n_texts, meant.said)
    if why:
        return _unsaid(one, now, at, Became.UNUSABLE, why)
    if one.is_changed:
        return _unsaid(one, now, at, Became.CONFLICT, _RECORD_CHANGED)
    judgment = _judgment(one, now, at, meant)
    rater = Rater(
        study_id=study.id, person_id=one.person_id, kind=RaterKind.HUMAN, name=name, details=FROM_ARGILLA
    )  # fmt: skip
    facts = (rater, *_study_trial(study, revisions, one), judgment, *as_values(study.design, judgment.id, meant.said))
    return Made(answer=one.answer(Became.JUDGED, "", at, decision_id=judgment.id), facts=facts)


def of_difficulty(queue: Queue, one: News, now: Now, at: datetime) -> Made:
    if one.came in (Came.DELETED, Came.DISCARDED):
        return _void(one, now, at)
    meant, text = argilla_answers.of_queue(queue, one.values), now.texts.get(one.record.subject_id)
    if meant.problem or text is None or meant.difficulty is None:
        return _unsaid(one, now, at, Became.UNUSABLE, meant.problem or "Its instruction has no text any more")
    if one.is_changed:
        return _unsaid(one, now, at, Became.CONFLICT, _RECORD_CHANGED)
    if text.revision_id != one.record.revision_id:
        return _unsaid(one, now, at, Became.CONFLICT, _TEXT_CHANGED)
    judgment = _judgment(one, now, at, meant)
    trial = Trial(
        id=trial_id(one), kind=TrialKind.DIFFICULTY, person_id=one.person_id, origin=TrialOrigin.FRESH, queue_id=queue.id
    )  # fmt: skip
    slot = TrialSlot(trial_id=trial.id, position=0, revision_id=one.record.revision_id)
    value = JudgmentValue(judgment_id=judgment.id, position=0, criterion=DIFFICULTY, score=float(meant.difficulty))
    return Made(answer=one.answer(Became.JUDGED, "", at, decision_id=judgment.id), facts=(trial, slot, judgment, value))


def _judgment(one: News, now: Now, at: datetime, meant: Meant | None) -> Judgment:
    """The next answer to its trial; a void one says nothing."""
    trial = trial_id(one)
    number = now.judged[trial][0] + 1 if trial in now.judged else 0
    return Judgment(
        id=ids.judgment_id(trial, number), trial_id=trial, number=number, received_at=at,
        outcome=Outcome.VOID if meant is None else Outcome.JUDGED, note=(meant.note if meant else "") or None,
        decided_at_browser=one.said_at,
    )  # fmt: skip


def _voids(one: News, now: Now, at: datetime) -> tuple[Judgment, ...]:
    """What is said of it no more."""
    _, outcome = now.judged.get(trial_id(one), (0, Outcome.VOID))
    return () if outcome == Outcome.VOID else (_judgment(one, now, at, None),)


def _void(one: News, now: Now, at: datetime) -> Made:
    facts = _voids(one, now, at)
    nothing = Became.SKIPPED if one.came is Came.DISCARDED else Became.KEPT
    return Made(answer=one.answer(Became.TAKEN_BACK if facts else nothing, "", at), facts=facts)


def _unsaid(one: News, now: Now, at: datetime, became: Became, why: str) -> Made:
    """An answer that counts for nothing; what it said before counts no more either."""
    return Made(answer=one.answer(became, why, at), facts=_voids(one, now, at))


def _study_trial(study: StudyNow, revisions: dict[str, str], one: News) -> tuple[object, ...]:
    id_ = trial_id(one)
    trial = Trial(
        id=id_, kind=_KINDS.get(study.design.task, TrialKind.RANK), person_id=one.person_id, origin=TrialOrigin.FRESH,
        study_id=study.id, prompt_id=one.record.subject_id, pilot=one.record.pilot,
    )  # fmt: skip
    slots = (
        TrialSlot(trial_id=id_, position=at, revision_id=revisions[candidate], candidate_id=candidate)
        for at, candidate in enumerate(one.record.shown)
    )
    return trial, *slots
