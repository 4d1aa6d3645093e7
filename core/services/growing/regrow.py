"""Evolve one node again because a person asks: one live call, a child in the log that is no part of the run's experiment.

The child stands in a place beside the run (`ids.by_hand_id`): the run's ids, draws, rates and frontier stay what they would
have been. Its call counts against the run's caps and waits its turn at the endpoint like any other.
"""

from datetime import UTC, datetime

from core.domain import ids
from core.domain.call import Call, CallFailure, ChatReply
from core.domain.check import Outcome
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.regrow import Offer, Regrown, Wish
from core.domain.source import Label
from core.domain.system import EMBEDDED
from core.errors import StudioError
from core.evolution.budget import Budget
from core.evolution.method import Step
from core.evolution.record import Asked, call_of, spent
from core.ports import ChatModel, Limiter
from core.services.access import may_grow
from core.services.endpoints import system_of
from core.services.growing import by_hand
from core.services.growing.regrow_question import Question, question_of
from core.services.projects import Project
from core.services.studio import Studio


def offer(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> Offer:
    """The most that this wish can take, before anything is spent."""
    may_grow(actor)
    question = question_of(studio, actor, project, run_id, parent_id, wish)
    return Offer(
        endpoint=question.endpoint.name,
        model=question.endpoint.model,
        worst_tokens=question.worst.tokens,
        worst_usd=question.worst.usd,
        checks=tuple(rule.label for rule in question.method.settings.rules),
        refusal=_refusal(studio, actor, project, run_id, question),
    )


def _refusal(studio: Studio, actor: Actor, project: Project, run_id: str, question: Question) -> str:
    """Why the call could not be made now, as far as can be told without asking the endpoint; "" if it could."""
    if problem := studio.endpoints.key_problem(actor, question.endpoint.name):
        return problem
    try:
        if question.endpoint.name == EMBEDDED:
            studio.endpoints.check(actor, EMBEDDED)
        by_hand.reserve(by_hand.budget_at_rest(project, studio.runs.get(actor, project, run_id)), question.worst)
    except StudioError as error:
        return str(error)
    return ""


def evolve(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> Regrown:
    """Ask once, hold the text rules of the run against what comes back, and keep all of it.

    A call that fails is kept too, with a child that says so. Raises RunRefused at a cap and EndpointError before the call;
    then nothing was spent.
    """
    may_grow(actor)
    question = question_of(studio, actor, project, run_id, parent_id, wish)
    studio.endpoints.check(actor, question.endpoint.name)
    model = studio.endpoints.open(question.endpoint)
    budget = by_hand.budget_at_rest(project, studio.runs.get(actor, project, run_id))

    async def ask(limiter: Limiter, budget: Budget) -> tuple[Call, ChatReply | CallFailure]:
        try:
            return await _ask(question, model, limiter, budget)
        finally:
            await model.close()

    call, outcome = studio.live.once(run_id, question.endpoint, budget, ask)
    now = datetime.now(UTC)
    if isinstance(outcome, ChatReply):
        step = question.method.conclude(question.work, outcome, call.id, now)
    else:
        step = question.method.give_up(question.work, outcome, now)
    _keep(actor, project, question, call, step)
    return _regrown(question, call, step, outcome)


async def _ask(
    question: Question, model: ChatModel, limiter: Limiter, budget: Budget
) -> tuple[Call, ChatReply | CallFailure]:
    """The one call. A refusal of the reply is a failure of the call, as in a run."""
    worst = question.worst
    async with limiter.slot():
        by_hand.reserve(budget, worst)
        asked = Asked(
            task=question.work.task, request=question.request, attempt=0, worst=worst, started_at=datetime.now(UTC)
        )
        with budget.released_on_error(worst):
            outcome = await model.chat(question.request)
        limiter.observe(outcome)
        failure = question.method.refuse(question.work, outcome) if isinstance(outcome, ChatReply) else outcome
        system = question.method.system_id
        call = call_of(asked, outcome, failure, system_id=system, prices=question.endpoint.prices)
        tokens, usd = spent(call)
        budget.settle(worst, tokens=tokens, usd=usd)
        return call, failure or outcome


def _keep(actor: Actor, project: Project, question: Question, call: Call, step: Step) -> None:
    """One transaction: the child with everything about it, who asked for it, and their hint."""
    child = question.work.instruction
    hint = Label(
        id=ids.label_id(child.id, "hint", "hand"), instruction_id=child.id, kind="hint",
        value=question.wish.hint.strip(), by=actor.person_id,
    )  # fmt: skip
    audit = Audit(
        person_id=actor.person_id, act="evolved again", subject=child.id, origin="", received_at=datetime.now(UTC)
    )
    system = system_of(question.endpoint, question.method.settings.evolving)
    project.database.writer.append_now([system, child, call, *step.facts, hint, audit], by_person=True)


def _regrown(question: Question, call: Call, step: Step, outcome: ChatReply | CallFailure) -> Regrown:
    concluded = next(fact for fact in step.facts if isinstance(fact, Outcome))
    problem = ""
    if isinstance(outcome, CallFailure):
        problem = f"{outcome.kind.cause}: {outcome.detail[:300]}. {outcome.kind.remedy}."
    return Regrown(
        id=question.work.instruction.id,
        seed=question.work.instruction.seed_id,
        status=str(step.decided),
        why=concluded.rule.label if concluded.rule else "",
        problem=problem,
        tokens_in=call.tokens_in,
        tokens_out=call.tokens_out,
        cost_usd=call.cost_usd,
        latency_ms=call.latency_ms,
    )
