"""Evolve one node again because a person asks: one live call, a child in the log that is no part of the run's experiment.

The child stands in a place beside the run (`ids.by_hand_id`): the run's ids, draws, rates and frontier stay what they would
have been. Its call counts against the run's caps and waits its turn at the endpoint like any other.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import uuid_utils

from core.domain import ids
from core.domain.call import Call, CallFailure, ChatReply, ChatRequest
from core.domain.check import Outcome, Rule
from core.domain.instruction import Instruction, InstructionKind
from core.domain.operation import DATA_FORMATS, Operation
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.regrow import HINT_MOST, Offer, Regrown, Wish
from core.domain.run import Difficulty, RunSettings
from core.domain.source import Label
from core.domain.system import Endpoint
from core.domain.task import Task, TaskKind, TaskState
from core.domain.work import Work
from core.errors import BadInput, NotFound, RunRefused, StudioError
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.method import Method, Step
from core.evolution.pack import evolve_request, pack_from_files
from core.evolution.record import Asked, call_of, spent
from core.ports import ChatModel, Limiter
from core.services.access import may_grow
from core.services.endpoints import system_of
from core.services.projects import Project
from core.services.studio import Studio
from core.store import pack_reading, run_reading, tree_reading

_TEXT_RULES = frozenset(Rule) - {Rule.NO_INFORMATION_GAIN, Rule.REFUSAL, Rule.EMPTY_RESPONSE, Rule.ASKS_BACK}
_HINT = "\n\nA person who reads along asks for this too, as far as it fits: {hint}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """Everything that is settled before the call."""

    endpoint: Endpoint
    method: Method
    work: Work
    request: ChatRequest
    wish: Wish

    @property
    def worst(self) -> Worst:
        return worst_case(self.request, self.endpoint.prices)


def offer(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> Offer:
    """The most that this wish can take, before anything is spent."""
    may_grow(actor)
    question = _question(studio, actor, project, run_id, parent_id, wish)
    refusal = ""
    try:
        studio.endpoints.check(actor, question.endpoint.name)
        _require_room(_budget(studio, actor, project, run_id), question.worst)
    except StudioError as error:
        refusal = str(error)
    return Offer(
        endpoint=question.endpoint.name,
        model=question.endpoint.model,
        worst_tokens=question.worst.tokens,
        worst_usd=question.worst.usd,
        checks=tuple(rule.label for rule in question.method.settings.rules),
        refusal=refusal,
    )


def evolve(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> Regrown:
    """Ask once, hold the text rules of the run against what comes back, and keep all of it.

    A call that fails is kept too, with a child that says so. Raises RunRefused at a cap and EndpointError before the call;
    then nothing was spent.
    """
    may_grow(actor)
    question = _question(studio, actor, project, run_id, parent_id, wish)
    studio.endpoints.check(actor, question.endpoint.name)
    model = studio.endpoints.open(question.endpoint)
    budget = _budget(studio, actor, project, run_id)

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
    question: _Question, model: ChatModel, limiter: Limiter, budget: Budget
) -> tuple[Call, ChatReply | CallFailure]:
    """The one call. A refusal of the reply is a failure of the call, as in a run."""
    worst = question.worst
    async with limiter.slot():
        _require_room(budget, worst)
        budget.reserve(worst)
        asked = Asked(
            task=question.work.task, request=question.request, attempt=0, worst=worst, started_at=datetime.now(UTC)
        )
        try:
            outcome = await model.chat(question.request)
        except BaseException:
            budget.release(worst)
            raise
        limiter.observe(outcome)
        failure = question.method.refuse(question.work, outcome) if isinstance(outcome, ChatReply) else outcome
        system = question.method.system_id
        call = call_of(asked, outcome, failure, system_id=system, prices=question.endpoint.prices)
        tokens, usd = spent(call)
        budget.settle(worst, tokens=tokens, usd=usd)
        return call, failure or outcome


def _require_room(budget: Budget, worst: Worst) -> None:
    """RunRefused if the call could pass a cap of the run."""
    cap = budget.reserve(worst)
    if cap is not None:
        raise RunRefused(f"This call could pass the run's {cap.removeprefix('the ')}", to_do="Raise the run's cap.")
    budget.release(worst)


def _budget(studio: Studio, actor: Actor, project: Project, run_id: str) -> Budget:
    """What the run at rest may still spend: its own calls and those asked for by hand count together."""
    caps = studio.runs.get(actor, project, run_id).settings.caps
    spent = run_reading.spending_with_by_hand(project.database, run_id)
    return Budget(caps, calls=spent.calls, tokens=spent.tokens, usd=spent.usd or 0.0)


def _question(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> _Question:
    """What would be asked. NotFound or BadInput for what cannot be."""
    run = studio.runs.get(actor, project, run_id)
    parent = tree_reading.nodes(project.database, [parent_id]).get(parent_id)
    if parent is None or parent["run_id"] not in (None, run_id, ids.by_hand_id(run_id)):
        raise NotFound("There is no such node in this run", to_do="Choose one from a tree.")
    if not parent["revision_id"]:
        raise BadInput("This node has no text to evolve", to_do="Choose one that has.")
    if len(wish.hint) > HINT_MOST:
        raise BadInput(f"The hint is longer than {HINT_MOST} characters", to_do="Shorten it.")
    if wish.data_format is not None and wish.data_format not in DATA_FORMATS:
        raise BadInput("There is no such data format", to_do=f"Choose one of {', '.join(DATA_FORMATS)}.")
    endpoint = studio.endpoints.player(actor, run.settings.endpoint).endpoints[0]  # of a pool, the first
    files = pack_reading.files_of_run(project.database, run_id)
    pack = pack_from_files(run.settings.pack, files) if files else studio.runs.packs.load(actor, run.settings.pack)
    system = system_of(endpoint, run.settings.evolving)
    method = Method(ids.by_hand_id(run_id), _one_call(run.settings), pack, system.id)
    work = _work(project, method, parent, wish)
    return _Question(endpoint=endpoint, method=method, work=work, request=_request(method, work, wish), wish=wish)


def _one_call(settings: RunSettings) -> RunSettings:
    """The run's settings without what would take a further call: its text rules are held against the child at once."""
    rules = tuple(rule for rule in settings.rules if rule in _TEXT_RULES)
    return replace(settings, rules=rules, respond=False, difficulty=Difficulty.NONE)


def _work(project: Project, method: Method, parent: dict[str, Any], wish: Wish) -> Work:
    lineage = tree_reading.nodes(project.database, parent["ancestors"])
    above = [lineage[one]["revision_id"] for one in parent["ancestors"] if one in lineage]
    texts = tree_reading.texts(project.database, filter(None, [*above, parent["revision_id"]]))
    child = _child(method, parent, wish)
    task = Task(
        id=ids.task_id(method.run_id, TaskKind.EVOLVE, child.id),
        run_id=method.run_id,
        kind=TaskKind.EVOLVE,
        subject_id=child.id,
        seed_id=child.seed_id,
        epoch=child.epoch,
        position=child.position,
        state=TaskState.CLAIMED,
    )
    ancestors = tuple(str(texts[one]["text"]) for one in [*above, parent["revision_id"]] if one in texts)
    return Work(
        task=task, instruction=child, parent_text=ancestors[-1], seed_text=ancestors[0], ancestor_texts=ancestors
    )


def _child(method: Method, parent: dict[str, Any], wish: Wish) -> Instruction:
    """A new child each time, with an id of its own: to ask for the same again is a new wish."""
    id_ = str(uuid_utils.uuid7())
    wants_format = wish.operation is Operation.COMPLICATE_INPUT
    return Instruction(
        id=id_,
        kind=InstructionKind.EVOLVED,
        run_id=method.run_id,
        seed_id=parent["seed_id"],
        parent_id=parent["id"],
        parent_revision_id=parent["revision_id"],
        ancestors=(*parent["ancestors"], parent["id"]),
        epoch=parent["epoch"] + 1,
        depth=parent["depth"] + 1,
        child_number=0,
        operation=wish.operation,
        data_format=(wish.data_format or Random(id_).choice(DATA_FORMATS)) if wants_format else None,
        made_by=method.system_id,
        pack_hash=method.pack.hash,
        position=parent["position"],
    )


def _request(method: Method, work: Work, wish: Wish) -> ChatRequest:
    """The run's own prompt for the operation; the hint follows in its last turn."""
    request = evolve_request(
        method.pack,
        operation=wish.operation,
        instruction=work.parent_text,
        data_format=work.instruction.data_format,
        sampling=method.settings.evolving,
        seed=Random(work.instruction.id).getrandbits(31),
    )
    if not wish.hint.strip():
        return request
    *before, last = request.messages
    hinted = replace(last, content=last.content + _HINT.replace("{hint}", wish.hint.strip()))
    return replace(request, messages=(*before, hinted))


def _keep(actor: Actor, project: Project, question: _Question, call: Call, step: Step) -> None:
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


def _regrown(question: _Question, call: Call, step: Step, outcome: ChatReply | CallFailure) -> Regrown:
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
