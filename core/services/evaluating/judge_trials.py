"""The trials of a model judge: which texts stand where in each, what is asked of it, and the judgment that its reply is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import permutations
from random import Random

from core.domain import ids
from core.domain.call import Call, ChatReply, Sampling
from core.domain.judgment import Judgment, JudgmentValue, Outcome, PairVerdict, Said
from core.domain.model_judge import JudgeMode, JudgeReading, JudgeVariant, JudgeWish
from core.domain.study import OVERALL, Candidate, StudyDesign, StudyPrompt, StudyTask
from core.domain.study_now import StudyNow
from core.domain.system import System
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.services.asking import Question, Reading
from core.services.projects import Project
from core.store import study_call_reading, study_reading
from core.studies.judge_question import MOST_TOKENS, JudgePrompt, prompt_for, question
from core.studies.judge_reply import read_grade, read_pair
from core.studies.masking import shown
from core.studies.questions import as_values

KIND = "study_judge"
_AT_ONCE = 200  # trials whose texts are in memory
_KINDS = {JudgeMode.PAIR: TrialKind.PAIR, JudgeMode.SINGLE: TrialKind.LIKERT}
_PAIR = StudyDesign(task=StudyTask.PAIR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """One judge of one study: who it is, and how it is asked."""

    project: Project
    study: StudyNow
    wish: JudgeWish
    reading: JudgeReading
    prompts: Mapping[JudgeVariant, JudgePrompt]
    system: System
    person_id: str

    @property
    def calls_id(self) -> str:
        return ids.study_calls_id(self.study.id, self.person_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelTrial:
    """One trial, before it is asked: a prompt and candidates, the left one first."""

    id: str
    prompt: StudyPrompt
    candidates: tuple[Candidate, ...]

    @property
    def revisions(self) -> tuple[str, ...]:
        """The texts that the judge reads: the prompt's, then the candidates'."""
        return (self.prompt.revision_id, *(one.revision_id for one in self.candidates))


def sampling_of(reading: JudgeReading, temperature: float) -> Sampling:
    """How a judge's replies are drawn."""
    return Sampling(temperature=temperature, top_p=1.0, max_tokens=MOST_TOKENS[reading])


def trials(project: Project, study: StudyNow, person_id: str, mode: JudgeMode) -> list[ModelTrial]:
    """All trials of a judge: every pair of a prompt's responses in both orders, or every response alone.

    Of siblings every child is judged, and children of one operation are not compared: who wins says nothing of operations.
    Prompts come in an order drawn for the judge, so that a judge that is stopped has seen a fair part of them.
    """
    prompts = study_reading.prompts(project.database, study.id)
    is_of_siblings = study.design.task is StudyTask.SIBLINGS
    found = study_reading.candidates(project.database, study.id)
    newest = {(one.prompt_id, one.id if is_of_siblings else one.system_id): one for one in found}
    of: dict[str, list[Candidate]] = {}
    for (prompt_id, _), candidate in sorted(newest.items(), key=lambda item: str(item[0][1])):
        of.setdefault(prompt_id, []).append(candidate)
    Random(person_id).shuffle(prompts)
    standing = 2 if mode is JudgeMode.PAIR else 1
    return [
        ModelTrial(
            id=ids.model_trial_id(person_id, prompt.id, " ".join(one.id for one in candidates)),
            prompt=prompt,
            candidates=candidates,
        )
        for prompt in prompts
        for candidates in permutations(of.get(prompt.id, ()), standing)
        if not is_of_siblings or len({one.operation for one in candidates}) == standing
    ]


def owed(bench: Bench) -> list[ModelTrial]:
    """The trials that have no reply yet. One that said nothing usable has one."""
    there = study_call_reading.outcomes(bench.project.database, bench.study.id, bench.person_id)
    every = trials(bench.project, bench.study, bench.person_id, bench.wish.mode)
    return [one for one in every if one.id not in there]


def questions(bench: Bench, left: Sequence[ModelTrial]) -> Iterator[Question]:
    """What is asked about each: the texts as people see them, with masked words black."""
    database, design = bench.project.database, bench.study.design
    tries = study_call_reading.tries(database, bench.calls_id)
    for first in range(0, len(left), _AT_ONCE):
        some = left[first : first + _AT_ONCE]
        texts = study_reading.texts(database, {one for trial in some for one in trial.revisions})
        for trial in some:
            task = ids.study_task_id(bench.calls_id, trial.id)
            request = question(
                prompt_for(bench.prompts, trial.prompt.skill),
                prompt=texts[trial.prompt.revision_id],
                texts=[shown(design, texts[one.revision_id]) for one in trial.candidates],
                temperature=bench.wish.temperature,
                seed=Random(f"{design.rng_seed}:{trial.id}").getrandbits(31),
            )
            yield Question(task_id=task, request=request, read=partial(_read, bench, trial), tries=tries.get(task, 0))


def _read(bench: Bench, trial: ModelTrial, reply: ChatReply, call: Call) -> Reading:
    """The trial, what stood where, and what the judge said of it; what it did not say clearly has no value."""
    id_ = ids.judgment_id(trial.id, 0)
    if bench.wish.mode is JudgeMode.PAIR:
        pair = read_pair(reply)
        note, values = pair.note, _ranked(id_, pair.verdict) if pair.verdict else ()
    else:
        grade = read_grade(reply)
        note, values = grade.note, _graded(id_, grade.score) if grade.score is not None else ()
    judgment = Judgment(
        id=id_,
        trial_id=trial.id,
        number=0,
        received_at=datetime.now(UTC),
        outcome=Outcome.JUDGED if values else Outcome.UNPARSEABLE,
        note=note or None,
        call_id=call.id,
    )
    return Reading(facts=(*_trial(bench, trial), judgment, *values), is_clear=bool(values))


def _trial(bench: Bench, trial: ModelTrial) -> tuple[Trial | TrialSlot, ...]:
    slots = (
        TrialSlot(trial_id=trial.id, position=at, revision_id=one.revision_id, candidate_id=one.id)
        for at, one in enumerate(trial.candidates)
    )
    of = Trial(
        id=trial.id,
        kind=_KINDS[bench.wish.mode],
        person_id=bench.person_id,
        origin=TrialOrigin.FRESH,
        study_id=bench.study.id,
        prompt_id=trial.prompt.id,
    )
    return of, *slots


def _ranked(judgment_id: str, verdict: PairVerdict) -> tuple[JudgmentValue, ...]:
    """As a person's verdict on a pair is kept."""
    said = Said(position=0, criterion=OVERALL, verdict=verdict)
    return tuple(as_values(_PAIR, judgment_id, [said]))


def _graded(judgment_id: str, score: float) -> tuple[JudgmentValue, ...]:
    return (JudgmentValue(judgment_id=judgment_id, position=0, criterion=OVERALL, score=score),)
