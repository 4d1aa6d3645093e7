"""Answer one instruction because a person asks for it: after an edit, or because people accepted what has no answer.

One live call to whoever answers in the item's own run (of an item without a run, in the newest one): within that run's caps and
in its endpoint's turn. The call stands beside the run, as what people ask for does (docs/decisions/005).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import uuid_utils

from core.domain import ids
from core.domain.answering import Answered, AnswerOffer, Unanswered
from core.domain.call import Call, CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.instruction import Response, Revision
from core.domain.person import Actor
from core.domain.progress import RunSummary
from core.domain.project import Audit
from core.domain.system import EMBEDDED, Endpoint, System
from core.domain.task import Task, TaskKind, TaskState
from core.errors import BadInput, NotFound, StudioError
from core.evolution.asking import respond_request
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.facts import revision_of
from core.evolution.record import Asked, call_of, spent
from core.ports import ChatModel, Limiter
from core.services.access import may_grow, may_review
from core.services.endpoints import Endpoints, system_of
from core.services.growing import by_hand
from core.services.growing.live import LiveRuns
from core.services.projects import Project
from core.store import answer_reading, run_reading

_SHOWN = 200  # characters of a text in a list


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Everything that is settled before the call."""

    of: answer_reading.Asked
    run: RunSummary
    endpoint: Endpoint
    system: System
    request: ChatRequest

    @property
    def worst(self) -> Worst:
        return worst_case(self.request, self.endpoint.prices)


def waiting(actor: Actor, project: Project, *, most: int = 200) -> tuple[Unanswered, ...]:
    """Accepted instructions without an answer to their present text, the oldest first."""
    may_review(actor)
    return tuple(
        Unanswered(
            id=one.id, seed=one.seed_id, run=one.own_run_id, status=one.status, stale=one.stale, text=one.text[:_SHOWN]
        )
        for one in answer_reading.waiting(project.database, most=most)
    )


def count_waiting(actor: Actor, project: Project) -> int:
    may_review(actor)
    return answer_reading.count_waiting(project.database)


@dataclass(frozen=True, slots=True)
class Answers:
    """What may be asked. Holds only the things that it works with."""

    live: LiveRuns
    endpoints: Endpoints

    def offer(self, actor: Actor, project: Project, instruction_id: str) -> AnswerOffer:
        """The most that an answer can take, before anything is spent."""
        may_grow(actor)
        question = self._question(actor, project, instruction_id)
        return AnswerOffer(
            endpoint=question.endpoint.name,
            model=question.endpoint.model,
            worst_tokens=question.worst.tokens,
            worst_usd=question.worst.usd,
            refusal=self._refusal(actor, project, question),
        )

    def _refusal(self, actor: Actor, project: Project, question: Question) -> str:
        """Why the call could not be made now, as far as can be told without asking the endpoint; "" if it could."""
        if problem := self.endpoints.key_problem(actor, question.endpoint.name):
            return problem
        try:
            if question.endpoint.name == EMBEDDED:
                self.endpoints.check(actor, EMBEDDED)
            by_hand.reserve(by_hand.budget_at_rest(project, question.run), question.worst)
        except StudioError as error:
            return str(error)
        return ""

    def answer(self, actor: Actor, project: Project, instruction_id: str) -> Answered:
        """Ask once and keep what comes, a failed call too. RunRefused at a cap, EndpointError before the call."""
        may_grow(actor)
        question = self._question(actor, project, instruction_id)
        if question.of.has_answer and not question.of.stale:
            raise BadInput("It has an answer to this very text", to_do="Read that one, or change the instruction.")
        if question.endpoint.name == EMBEDDED:
            self.endpoints.check(actor, EMBEDDED)
        model = self.endpoints.open(question.endpoint)

        async def ask(limiter: Limiter, budget: Budget) -> tuple[Call, ChatReply | CallFailure]:
            try:
                return await _ask(question, model, limiter, budget)
            finally:
                await model.close()

        budget = by_hand.budget_at_rest(project, question.run)
        call, outcome = self.live.once(question.run.id, question.endpoint, budget, ask)
        return _keep(actor, project, question, call, outcome)

    def _question(self, actor: Actor, project: Project, instruction_id: str) -> Question:
        of = next(iter(answer_reading.asked(project.database, [instruction_id])), None)
        if of is None:
            raise NotFound("There is no such instruction in this project", to_do="Go on with the next one.")
        run = run_reading.run(project.database, of.run_id) if of.run_id else None
        if run is None:
            raise BadInput("No run says who answers here", to_do="Grow a run first; its answering endpoint is asked.")
        settings = run.settings
        members = self.endpoints.player(actor, settings.endpoint_for(TaskKind.RESPOND)).members
        by_weight = [endpoint for endpoint, _ in sorted(members, key=lambda member: -member[1])]
        usable = (one for one in by_weight if not self.endpoints.key_problem(actor, one.name))
        endpoint = next(usable, by_weight[0])
        seed = Random(f"{settings.rng_seed}:{of.revision_id}").getrandbits(31)
        return Question(
            of=of,
            run=run,
            endpoint=endpoint,
            system=system_of(endpoint, settings.responding),
            request=respond_request(instruction=of.text, sampling=settings.responding, seed=seed),
        )


async def _ask(
    question: Question, model: ChatModel, limiter: Limiter, budget: Budget
) -> tuple[Call, ChatReply | CallFailure]:
    """The one call. A reply that says nothing, or was held back, is a failed call."""
    worst, task = question.worst, _task(question)
    async with limiter.slot():
        by_hand.reserve(budget, worst)
        asked = Asked(task=task, request=question.request, attempt=0, worst=worst, started_at=datetime.now(UTC))
        with budget.released_on_error(worst):
            outcome = await model.chat(question.request)
        limiter.observe(outcome)
        failure = _unusable(outcome) if isinstance(outcome, ChatReply) else outcome
        prices = question.endpoint.prices
        call = call_of(asked, outcome, failure, system_id=question.system.id, prices=prices)
        tokens, usd = spent(call)
        budget.settle(worst, tokens=tokens, usd=usd)
        return call, failure or outcome


def _unusable(reply: ChatReply) -> CallFailure | None:
    if reply.finish_reason == "content_filter":
        kind, detail = ErrorKind.CONTENT_FILTER, "the endpoint's filter held the answer back"
    elif not reply.text.strip():
        kind, detail = ErrorKind.MALFORMED_REPLY, "the answer is empty"
    else:
        return None
    return CallFailure(kind=kind, detail=detail, latency_ms=reply.latency_ms, raw=reply.raw)


def _task(question: Question) -> Task:
    """A wish of its own each time: to ask again after another edit is another call."""
    of = question.of
    return Task(
        id=str(uuid_utils.uuid7()),
        run_id=ids.by_hand_id(question.run.id),
        kind=TaskKind.RESPOND,
        subject_id=of.id,
        seed_id=of.seed_id,
        epoch=of.epoch,
        position=of.position,
    )


def _keep(actor: Actor, project: Project, question: Question, call: Call, outcome: ChatReply | CallFailure) -> Answered:
    """One transaction: the call, the answer to the text that was asked, and who asked for it."""
    of, now = question.of, datetime.now(UTC)
    state = TaskState.DONE if isinstance(outcome, ChatReply) else TaskState.FAILED
    task = Task(
        id=call.task_id, run_id=call.run_id, kind=TaskKind.RESPOND, subject_id=of.id, seed_id=of.seed_id, epoch=of.epoch,
        position=of.position, state=state, tries=1,
    )  # fmt: skip
    facts: list[object] = [question.system, task, call]
    revision: Revision | None = None
    if isinstance(outcome, ChatReply):
        response = Response(
            id=str(uuid_utils.uuid7()), instruction_id=of.id, instruction_revision_id=of.revision_id,
            system_id=question.system.id, call_id=call.id,
        )  # fmt: skip
        revision = revision_of("response", response.id, outcome.text, question.system.id)
        facts += [response, revision]
    facts.append(Audit(person_id=actor.person_id, act="answered again", subject=of.id, origin="", received_at=now))
    project.database.writer.append_now(facts, by_person=True)
    return _answered(project, question, call, revision, outcome)


def _answered(
    project: Project, question: Question, call: Call, revision: Revision | None, outcome: ChatReply | CallFailure
) -> Answered:
    problem, stops = "", False
    if isinstance(outcome, CallFailure):
        problem, stops = f"{outcome.kind.cause}: {outcome.detail[:300]}. {outcome.kind.remedy}.", outcome.kind.stops_run
    now = answer_reading.asked(project.database, [question.of.id])[0]
    return Answered(
        revision=revision.id if revision else None,
        text=revision.text if revision else "",
        words=revision.words if revision else 0,
        stale=now.stale,
        problem=problem,
        stops=stops,
        tokens_in=call.tokens_in,
        tokens_out=call.tokens_out,
        cost_usd=call.cost_usd,
        latency_ms=call.latency_ms,
    )
