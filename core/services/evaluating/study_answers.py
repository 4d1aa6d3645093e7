"""Responses for a study, asked of endpoints: one call a prompt, each response a candidate of the system that gave it.

A system is an endpoint and how its replies are drawn. Starting it again goes on with the prompts that still have no response.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from random import Random

import uuid_utils

from core.domain import ids
from core.domain.call import Call, ChatReply
from core.domain.instruction import Response
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps
from core.domain.study import Candidate, StudyPrompt, StudyState, StudyTask
from core.domain.study_answers import AnswersState, AnswerWish, Unanswerable
from core.domain.study_now import StudyNow
from core.domain.system import Endpoint, System
from core.errors import BadInput, NotFound
from core.evolution.asking import respond_request
from core.evolution.facts import revision_of
from core.services.access import may_grow, may_read
from core.services.asking import Errand, Question, Reading
from core.services.endpoints import Endpoints, system_of
from core.services.errands import Errands, require_prices
from core.services.evaluating import study_making
from core.services.evaluating.study_facts import candidate_of
from core.services.evaluating.study_load import Load, estimate_of
from core.services.projects import Project
from core.store import run_reading, study_call_reading, study_log, study_reading
from core.store.run_reading import Usage

KIND = "study_answer"
_AT_ONCE = 200  # prompts whose texts are in memory
_LONGEST_NAME = 80
_REPLY_TOKENS = 350.0  # of a response, before any was measured


class StudyAnswers:
    """The systems that answer in this process, at most once each at a time."""

    def __init__(self, errands: Errands, endpoints: Endpoints) -> None:
        self._errands, self._endpoints = errands, endpoints

    def estimate(self, actor: Actor, project: Project, study_id: str, wish: AnswerWish) -> Estimate:
        """What it will take to answer the prompts that have no response of this system yet."""
        may_read(actor)
        study = study_making.one(actor, project, study_id)
        endpoint, system = self._system(actor, wish)
        owed = _owed(project, study, system.id)
        words = study_reading.words(project.database, (one.revision_id for one in owed))
        guess = Load(
            calls=len(owed),
            words_in=float(sum(words.values())),
            tokens_out=min(_REPLY_TOKENS, wish.sampling.max_tokens) * len(owed),
        )
        return estimate_of(guess, endpoint, _usage(project, study, system.id))

    def start(self, actor: Actor, project: Project, study_id: str, wish: AnswerWish, caps: Caps) -> str:
        """Begin in the background, or go on. → the system's id. Raises StudioError before anything is spent.

        `caps` hold for all that this system has ever been asked in the study. Nothing happens while it is going.
        """
        may_grow(actor)
        study = study_making.one(actor, project, study_id)
        endpoint, system = self._system(actor, wish)
        _require_fit(project, study, system)
        require_prices(endpoint, caps)
        self._endpoints.check(actor, endpoint.name)
        project.database.writer.append_now([system])
        calls_id = ids.study_calls_id(study.id, system.id)
        owed = _owed(project, study, system.id)
        errand = Errand(
            id=calls_id,
            kind=KIND,
            database=project.database,
            endpoint=endpoint,
            system=system,
            total=len(owed),
            questions=_questions(project, study, wish, system, owed),
            spent=run_reading.spending(project.database, calls_id),
            keep=partial(_keep, project, study.id),
        )
        self._errands.begin(_name(project, calls_id), errand, caps)
        return system.id

    def resume(self, actor: Actor, project: Project, study_id: str, system_id: str, caps: Caps) -> str:
        """Go on as it was begun, in whatever process that was. NotFound if its endpoint is not set up like that any more."""
        may_grow(actor)
        study = study_making.one(actor, project, study_id)
        return self.start(actor, project, study.id, self._wish(actor, project, study, system_id), caps)

    def stop(self, actor: Actor, project: Project, study_id: str, system_id: str) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        self._errands.stop(_name(project, ids.study_calls_id(study_id, system_id)))

    def wait(
        self, actor: Actor, project: Project, study_id: str, system_id: str, timeout_s: float | None = None
    ) -> bool:
        """Until it stands still; False when the time is over first."""
        may_read(actor)
        return self._errands.wait(_name(project, ids.study_calls_id(study_id, system_id)), timeout_s)

    def states(
        self, actor: Actor, project: Project, study_id: str, *, system_id: str | None = None
    ) -> tuple[AnswersState, ...]:
        """The systems that were asked for responses in this study, the first one first; or this one alone."""
        may_read(actor)
        study = study_making.one(actor, project, study_id)
        prompts = study_reading.prompts(project.database, study.id)
        known = {calls_id: at for at, calls_id in enumerate(study_call_reading.begun(project.database, KIND))}
        found: dict[int, AnswersState] = {}
        for one in study_call_reading.systems(project.database):
            calls_id = ids.study_calls_id(study.id, one.id)
            has_begun = calls_id in known or self._errands.progress(_name(project, calls_id)) is not None
            if has_begun and system_id in (None, one.id):
                found[known.get(calls_id, len(known) + len(found))] = self._state(project, study, one, prompts)
        return tuple(found[at] for at in sorted(found))

    def _state(
        self, project: Project, study: StudyNow, asked: study_call_reading.Asked, prompts: Sequence[StudyPrompt]
    ) -> AnswersState:
        database, calls_id = project.database, ids.study_calls_id(study.id, asked.id)
        owed = _without(study_reading.candidates(database, study.id), prompts, asked.id)
        failed = study_call_reading.failed(database, calls_id)
        unanswered = ((one, failed.get(ids.study_task_id(calls_id, one.id))) for one in owed)
        return AnswersState(
            system_id=asked.id,
            name=asked.name,
            model=asked.model,
            sampling=asked.sampling,
            total=len(prompts),
            answered=len(prompts) - len(owed),
            cut=study_call_reading.count_cut(database, study.id, asked.id),
            unanswered=tuple(
                Unanswerable(key=one.key, tries=why.tries, why=f"{why.kind.cause}: {why.detail[:200]}".rstrip(": "))
                for one, why in unanswered
                if why is not None
            ),
            spending=run_reading.spending(database, calls_id),
            failures=run_reading.failures(database, calls_id),
            progress=self._errands.progress(_name(project, calls_id)),
        )

    def _system(self, actor: Actor, wish: AnswerWish) -> tuple[Endpoint, System]:
        """Whom to ask, and what the log calls it: under another name the same endpoint is another system."""
        endpoint = self._endpoints.get(actor, wish.endpoint)
        name = wish.name.strip() or endpoint.name
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise BadInput("This name cannot be used", to_do=f"Use at most {_LONGEST_NAME} characters on one line.")
        return endpoint, system_of(replace(endpoint, name=name), wish.sampling)

    def _wish(self, actor: Actor, project: Project, study: StudyNow, system_id: str) -> AnswerWish:
        sampling = study_call_reading.last_sampling(project.database, ids.study_calls_id(study.id, system_id))
        asked = next((one for one in study_call_reading.systems(project.database) if one.id == system_id), None)
        for endpoint in self._endpoints.list(actor):
            if asked is not None and sampling is not None:
                wish = AnswerWish(endpoint=endpoint.name, sampling=sampling, name=asked.name)
                if self._system(actor, wish)[1].id == system_id:
                    return wish
        raise NotFound(
            "No endpoint is set up as this system was", to_do="Set it up again under Settings, or ask another one."
        )


def _name(project: Project, calls_id: str) -> str:
    return f"answers {project.slug} {calls_id}"


def _require_fit(project: Project, study: StudyNow, system: System) -> None:
    """BadInput for a study that takes no responses, or has this name already for something else."""
    study_log.require_draft(study.state)
    if study.design.task is StudyTask.SIBLINGS:
        raise BadInput("In this study instructions are compared", to_do="It needs no responses.")
    if not study.prompts:
        raise BadInput("The study has no prompts", to_do="Add prompts first.")
    for other in study_reading.systems(project.database, study.id):
        if other.name.casefold() == system.name.casefold() and other.id != system.id:
            raise BadInput(f"There is a system “{other.name}” in this study", to_do="Give this one another name.")


def _owed(project: Project, study: StudyNow, system_id: str) -> list[StudyPrompt]:
    """The prompts that have no response of this system, in their order."""
    prompts = study_reading.prompts(project.database, study.id)
    return _without(study_reading.candidates(project.database, study.id), prompts, system_id)


def _without(candidates: Sequence[Candidate], prompts: Sequence[StudyPrompt], system_id: str) -> list[StudyPrompt]:
    answered = {one.prompt_id for one in candidates if one.system_id == system_id}
    return [one for one in prompts if one.id not in answered]


def _usage(project: Project, study: StudyNow, system_id: str) -> Usage | None:
    return study_call_reading.usage(project.database, ids.study_calls_id(study.id, system_id))


def _questions(
    project: Project, study: StudyNow, wish: AnswerWish, system: System, owed: Sequence[StudyPrompt]
) -> Iterator[Question]:
    """The prompt itself with nothing around it, as the paper asks; the same draw for every system."""
    calls_id = ids.study_calls_id(study.id, system.id)
    tries = study_call_reading.tries(project.database, calls_id)
    for first in range(0, len(owed), _AT_ONCE):
        some = owed[first : first + _AT_ONCE]
        texts = study_reading.texts(project.database, [one.revision_id for one in some])
        for prompt in some:
            task = ids.study_task_id(calls_id, prompt.id)
            seed = Random(f"{study.design.rng_seed}:{prompt.id}").getrandbits(31)
            request = respond_request(instruction=texts[prompt.revision_id], sampling=wish.sampling, seed=seed)
            yield Question(
                task_id=task, request=request, read=partial(_read, prompt, system.id), tries=tries.get(task, 0)
            )


def _read(prompt: StudyPrompt, system_id: str, reply: ChatReply, call: Call) -> Reading:
    """What came is the response, whatever it says."""
    response = Response(
        id=str(uuid_utils.uuid7()),
        instruction_id=prompt.instruction_id,
        instruction_revision_id=prompt.revision_id,
        system_id=system_id,
        call_id=call.id,
    )
    revision = revision_of("response", response.id, reply.text, system_id)
    return Reading(facts=(response, revision, candidate_of(prompt, system_id, revision.id)))


async def _keep(project: Project, study_id: str, facts: Sequence[object]) -> None:
    """Together, and only while the study is a draft: a late response must not join a study that people judge."""
    try:
        await asyncio.to_thread(study_log.write, project.database, study_id, facts, only_in=(StudyState.DRAFT,))
    except BadInput:
        calls = [one for one in facts if isinstance(one, Call)]
        await project.database.writer.append(calls)  # it was paid for
        raise
