"""Judging: whole batches of answers, each answered by itself, nothing written twice; and what is there to be judged."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from core.domain import ids
from core.domain.decision import Answer
from core.domain.judgment import JudgeLine, Judgment, JudgmentReceipt, JudgmentSent
from core.domain.person import Actor
from core.domain.study_now import StudyNow
from core.errors import NotFound
from core.services.access import may_grow, may_judge
from core.services.evaluating import blind
from core.services.projects import Project
from core.services.reviewing import rendered
from core.services.studio import Studio
from core.store import judging_reading, judgment_log, study_reading
from core.store.judging_reading import JudgedTrial
from core.store.judgment_log import Ballot
from core.studies.questions import as_values, problem

_LONGEST_NOTE = 4_000
_LONGEST_MS = 3_600_000  # of one look at one trial; more says that somebody went away
_MOST_ANSWERS = 10_000  # to one trial
_UNKNOWN = "This is not known here any more. Go on with the next one."


def studies_of(studio: Studio, actor: Actor, project: Project) -> tuple[JudgeLine, ...]:
    """The studies that this person may judge now, each with how far they are."""
    return studio.judge_desk.lines(actor, project)


def submit(studio: Studio, actor: Actor, project: Project, sent: Sequence[JudgmentSent]) -> tuple[JudgmentReceipt, ...]:
    """Save a batch. When it returns, what is said to be saved survives kill -9; a refusal says why, and takes no neighbours."""
    may_judge(actor)
    studio.judge_desk.admit(actor, project, sent)
    trials = judging_reading.trials(project.database, {id_ for one in sent if (id_ := blind.id_or_none(one.trial_id))})
    studies = _studies(project, {one.study_id for one in trials.values()})
    checked = [_checked(actor, trials, studies, one) for one in sent]
    sound = [one for one in checked if isinstance(one, Ballot)]
    written = iter(judgment_log.judge(project.database, actor.person_id, sound) if sound else ())
    receipts = tuple(next(written) if isinstance(one, Ballot) else one for one in checked)
    studio.judge_desk.settle(actor, project, sent, receipts)
    return receipts


def nodes(actor: Actor, project: Project, trial_id: str, position: int) -> list[rendered.Node]:
    """A text of one's own trial as nodes: the one at a position, or the prompt (-1). NotFound if there is none."""
    may_judge(actor)
    prompt, texts = _texts(actor, project, trial_id)
    if position == -1:
        return rendered.nodes_of(prompt)
    if not 0 <= position < len(texts):
        raise NotFound("There is no text at this position", to_do="Reload the page.")
    return rendered.nodes_of(texts[position])


def _texts(actor: Actor, project: Project, trial_id: str) -> tuple[str, tuple[str, ...]]:
    if trial_id.startswith(blind.PREVIEW):
        may_grow(actor)
        study = _studies(project, {blind.id_or_none(trial_id.removeprefix(blind.PREVIEW)) or ""})
        for one in study.values():
            shown = blind.preview(project.database, one)
            return shown.prompt, shown.texts
    id_ = blind.id_or_none(trial_id)
    trial = judging_reading.trials(project.database, [id_] if id_ else []).get(id_ or "")
    if trial is None or trial.person_id != actor.person_id:
        raise NotFound("This is not known here any more", to_do="Go on with the next one.")
    design = _studies(project, {trial.study_id})[trial.study_id].design
    return blind.texts_of(project.database, design, trial.id)


def _studies(project: Project, study_ids: set[str]) -> dict[str, StudyNow]:
    found = (study_reading.study(project.database, one) for one in study_ids if one)
    return {one.id: one for one in found if one is not None}


def _checked(
    actor: Actor, trials: Mapping[str, JudgedTrial], studies: Mapping[str, StudyNow], one: JudgmentSent
) -> Ballot | JudgmentReceipt:
    """What was sent as it is kept; or its refusal, so that one that is broken keeps no other from being saved."""
    trial = trials.get(blind.id_or_none(one.trial_id) or "")
    why = _refusal(actor, trial, studies, one)
    if why or trial is None:
        return judgment_log.receipt(one.trial_id, one.number, Answer.REFUSED, why)
    id_ = ids.judgment_id(trial.id, one.number)
    judgment = Judgment(
        id=id_, trial_id=trial.id, number=one.number, received_at=datetime.now(UTC), note=one.note.strip() or None,
        active_ms=None if one.active_ms is None else max(0, min(one.active_ms, _LONGEST_MS)),
        decided_at_browser=one.decided_at_browser,
    )  # fmt: skip
    return Ballot(judgment=judgment, values=tuple(as_values(studies[trial.study_id].design, id_, one.said)))


def _refusal(actor: Actor, trial: JudgedTrial | None, studies: Mapping[str, StudyNow], one: JudgmentSent) -> str:
    """Why this is not even tried, in words for its sender; "" if it is."""
    if one.trial_id.startswith(blind.PREVIEW):
        return "This is a preview: nothing of it is kept."
    if trial is None or trial.study_id not in studies:
        return _UNKNOWN
    if trial.person_id != actor.person_id:
        return "This was given to somebody else."
    if not 0 <= one.number < _MOST_ANSWERS:
        return "This answer has no number that can be."
    if len(one.note) > _LONGEST_NOTE:
        return f"The reason is longer than {_LONGEST_NOTE:,} letters. Shorten it."
    return problem(studies[trial.study_id].design, len(trial.revisions), one.said)
