"""Models that judge in a study: each pair in both orders, or each response alone; every reply is a judgment of its own.

A judge is a model, a way of asking and the hash of its prompts. Starting it again goes on with the trials that have no reply.
"""

import json
from dataclasses import asdict, replace

from core.domain import ids
from core.domain.model_judge import JudgeMode, JudgeReading, JudgeState, JudgeVariant, JudgeWish
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps
from core.domain.study import Rater, RaterKind, StudyState, StudyTask
from core.domain.study_now import StudyNow
from core.domain.system import EMBEDDED, Endpoint
from core.errors import BadInput, NotFound
from core.services.access import may_grow, may_read
from core.services.asking import Errand
from core.services.endpoints import Endpoints, system_of
from core.services.errands import Errands, require_prices
from core.services.evaluating import study_making
from core.services.evaluating.judge_trials import KIND, Bench, owed, questions, sampling_of, trials
from core.services.evaluating.study_load import Load, estimate_of
from core.services.projects import Project
from core.store import run_reading, study_call_reading, study_reading
from core.studies.judge_question import JudgePrompt, hash_of, judge_prompts, words_of

__all__ = ["ModelJudges", "words_of"]

_LETTERS_A_TOKEN = 4.2  # of our own words around the texts of a trial
_REPLY_TOKENS = {JudgeReading.SCHEMA: 130.0, JudgeReading.LOGPROBS: 2.0, JudgeReading.TEXT: 170.0}
_LONGEST_OWN = 8_000


class ModelJudges:
    """The judges at work in this process, at most once each at a time."""

    def __init__(self, errands: Errands, endpoints: Endpoints) -> None:
        self._errands, self._endpoints = errands, endpoints

    def estimate(self, actor: Actor, project: Project, study_id: str, wish: JudgeWish) -> Estimate:
        """What it will take to judge what this judge has not judged yet."""
        may_read(actor)
        study = study_making.one(actor, project, study_id)
        endpoint = self._endpoints.get(actor, wish.endpoint)
        bench = self._bench(project, study, endpoint, wish)
        left = owed(bench)
        words = study_reading.words(project.database, {one for trial in left for one in trial.revisions})
        load = Load(
            calls=len(left),
            words_in=float(sum(words.get(one, 0) for trial in left for one in trial.revisions)),
            tokens_out=_REPLY_TOKENS[bench.reading] * len(left),
            prompt_tokens=max(map(_length, bench.prompts.values())) / _LETTERS_A_TOKEN,
        )
        return estimate_of(load, endpoint, study_call_reading.usage(project.database, bench.calls_id))

    def start(self, actor: Actor, project: Project, study_id: str, wish: JudgeWish, caps: Caps) -> str:
        """Begin in the background, or go on. → the judge's id among the raters. Raises StudioError before anything is spent.

        `caps` hold for all that this judge has ever been asked in the study. Nothing happens while it is going.
        """
        may_grow(actor)
        study = study_making.one(actor, project, study_id)
        _require_fit(study)
        endpoint = self._endpoints.get(actor, wish.endpoint)
        bench = self._bench(project, study, endpoint, wish)
        left = owed(bench)
        if not left and not study_call_reading.outcomes(project.database, study.id, bench.person_id):
            raise BadInput("There is nothing to judge", to_do=_NEEDS[wish.mode])
        require_prices(endpoint, caps)
        self._endpoints.check(actor, endpoint.name)
        project.database.writer.append_now([_rater(study, endpoint, bench)])
        errand = Errand(
            id=bench.calls_id,
            kind=KIND,
            database=project.database,
            endpoint=endpoint,
            system=bench.system,
            total=len(left),
            questions=questions(bench, left),
            spent=run_reading.spending(project.database, bench.calls_id),
        )
        self._errands.begin(_name(project, bench.calls_id), errand, caps)
        return bench.person_id

    def resume(self, actor: Actor, project: Project, study_id: str, judge_id: str, caps: Caps) -> str:
        """Go on as it was begun, in whatever process that was. BadInput if its model or its prompts are others by now."""
        may_grow(actor)
        study = study_making.one(actor, project, study_id)
        wish = _wish_of(_judge(project, study, judge_id))
        endpoint = self._endpoints.get(actor, wish.endpoint)
        if self._bench(project, study, endpoint, wish).person_id != judge_id:
            raise BadInput(
                "This judge's model or prompts have changed since it began",
                to_do="Begin a new judge: both will stand beside each other.",
            )
        return self.start(actor, project, study.id, wish, caps)

    def stop(self, actor: Actor, project: Project, study_id: str, judge_id: str) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        self._errands.stop(_name(project, ids.study_calls_id(study_id, judge_id)))

    def wait(
        self, actor: Actor, project: Project, study_id: str, judge_id: str, timeout_s: float | None = None
    ) -> bool:
        """Until it stands still; False when the time is over first."""
        may_read(actor)
        return self._errands.wait(_name(project, ids.study_calls_id(study_id, judge_id)), timeout_s)

    def states(
        self, actor: Actor, project: Project, study_id: str, *, judge_id: str | None = None
    ) -> tuple[JudgeState, ...]:
        """The model judges of this study, the first one first; or this one alone. Nothing here says who wins."""
        may_read(actor)
        study = study_making.one(actor, project, study_id)
        raters = study_reading.raters(project.database, study.id)
        return tuple(
            self._state(project, study, one)
            for one in raters
            if one.kind is RaterKind.MODEL and judge_id in (None, one.person_id)
        )

    def reading_for(self, actor: Actor, endpoint: str) -> JudgeReading:
        """The surest way of telling a verdict that this endpoint can."""
        may_read(actor)
        return _reading(self._endpoints.get(actor, endpoint))

    def _bench(self, project: Project, study: StudyNow, endpoint: Endpoint, wish: JudgeWish) -> Bench:
        wish, reading = _fit(study, wish), wish.reading or _reading(endpoint)
        if len(wish.own) > _LONGEST_OWN:
            raise BadInput("These words are too long", to_do=f"Use at most {_LONGEST_OWN:,} characters.")
        prompts = judge_prompts(wish.mode, wish.variant, reading, own=wish.own, criteria=study.design.criteria)
        system = system_of(endpoint, sampling_of(reading, wish.temperature))
        person_id = f"model:{ids.model_judge_id(study.id, system.id, hash_of(prompts))}"
        return Bench(
            project=project,
            study=study,
            wish=replace(
                wish, reading=reading
            ),  # what an endpoint can may be found out later: the judge stays this one
            reading=reading,
            prompts=prompts,
            system=system,
            person_id=person_id,
        )

    def _state(self, project: Project, study: StudyNow, rater: Rater) -> JudgeState:
        database, calls_id = project.database, ids.study_calls_id(study.id, rater.person_id)
        said, wish = json.loads(rater.details), _wish_of(rater)
        outcomes = study_call_reading.outcomes(database, study.id, rater.person_id)
        judged = sum(one == "judged" for one in outcomes.values())
        return JudgeState(
            id=rater.person_id,
            name=rater.name,
            model=said["model"],
            wish=wish,
            reading=JudgeReading(said["reading"]),
            prompt_hash=said["prompt_hash"],
            total=len(trials(project, study, rater.person_id, wish.mode)),
            judged=judged,
            unclear=len(outcomes) - judged,
            failed=len(study_call_reading.failed(database, calls_id)),
            orders=study_call_reading.orders(database, study.id, rater.person_id),
            spending=run_reading.spending(database, calls_id),
            failures=run_reading.failures(database, calls_id),
            progress=self._errands.progress(_name(project, calls_id)),
        )


_NEEDS = {
    JudgeMode.PAIR: "A pair needs two responses to one prompt, or two children of one parent by different operations.",
    JudgeMode.SINGLE: "The study has no responses, or no children.",
}


def _name(project: Project, calls_id: str) -> str:
    return f"judge {project.slug} {calls_id}"


def _reading(endpoint: Endpoint) -> JudgeReading:
    """A small model says little in words, but how sure it is of the first one tells; larger ones give reasons first."""
    if endpoint.name == EMBEDDED:
        return JudgeReading.LOGPROBS
    if endpoint.supports_schema:
        return JudgeReading.SCHEMA
    return JudgeReading.LOGPROBS if endpoint.supports_logprobs else JudgeReading.TEXT


def _length(prompt: JudgePrompt) -> int:
    return sum(len(turn.content) for turn in prompt.turns)


def _fit(study: StudyNow, wish: JudgeWish) -> JudgeWish:
    """The wish as this study can have it: instructions are judged by words of their own, which suit nothing else."""
    if study.design.task is StudyTask.SIBLINGS:
        return replace(wish, variant=JudgeVariant.EVOLUTION)
    if wish.variant is JudgeVariant.EVOLUTION:
        raise BadInput("These words are about instructions", to_do="Responses are judged by other words: choose them.")
    return wish


def _require_fit(study: StudyNow) -> None:
    """BadInput for what may still change."""
    if study.state not in (StudyState.OPENED, StudyState.CLOSED):
        raise BadInput(
            "What this study compares may still change", to_do="Open it first: then models can judge beside people."
        )


def _rater(study: StudyNow, endpoint: Endpoint, bench: Bench) -> Rater:
    """Who judges, with all that tells one judge from another."""
    prompt_hash = hash_of(bench.prompts)
    details = {
        "wish": asdict(bench.wish),
        "model": endpoint.model,
        "system_id": bench.system.id,
        "reading": bench.reading,
        "prompt_hash": prompt_hash,
        "prompts": {variant: prompt.hash for variant, prompt in bench.prompts.items()},
    }
    words = "own words" if bench.wish.own.strip() else bench.wish.variant.replace("_", " ")
    asked = "pairs" if bench.wish.mode is JudgeMode.PAIR else "one by one"
    return Rater(
        study_id=study.id,
        person_id=bench.person_id,
        kind=RaterKind.MODEL,
        name=f"{endpoint.name}, {asked}, {words} ({prompt_hash[:6]})",
        details=json.dumps(details, ensure_ascii=False, sort_keys=True),
    )


def _judge(project: Project, study: StudyNow, judge_id: str) -> Rater:
    for one in study_reading.raters(project.database, study.id):
        if one.person_id == judge_id and one.kind is RaterKind.MODEL:
            return one
    raise NotFound("There is no such judge in this study", to_do="Begin one.")


def _wish_of(rater: Rater) -> JudgeWish:
    said = json.loads(rater.details)["wish"]
    return JudgeWish(
        endpoint=said["endpoint"],
        mode=JudgeMode(said["mode"]),
        variant=JudgeVariant(said["variant"]),
        reading=JudgeReading(said["reading"]) if said["reading"] else None,
        own=said["own"],
        temperature=said["temperature"],
    )
