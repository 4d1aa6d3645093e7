"""One errand at work, on the engines' loop: a question a call, through the endpoint's own gate and within the caps.

A place at the gate is held until what came is committed: after kill -9 at most the calls in flight are asked again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from core.domain import ids
from core.domain.call import Call, CallFailure, ChatReply, ChatRequest
from core.domain.progress import Spending
from core.domain.system import Endpoint, System
from core.errors import StudioError
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.record import counted, request_as_json, spent
from core.models.retry import wait_before_retry
from core.ports import ChatModel, Limiter
from core.services.jobs import Came, Job
from core.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a reply means: facts that are committed with its call. `is_clear`: it says what was asked for."""

    facts: tuple[object, ...] = ()
    is_clear: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing to ask. `tries`: how often the log knows it to have been asked already."""

    task_id: str
    request: ChatRequest
    read: Callable[[ChatReply, Call], Reading]
    tries: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """`id` stands in its calls where a run's would. The same id again goes on with it: `spent` then counts against the caps.

    `questions` are made one by one, when somebody is free to ask. `keep` commits facts together; left out, the log just takes them.
    """

    id: str
    kind: str
    database: Database
    endpoint: Endpoint
    system: System
    total: int
    questions: Iterator[Question]
    spent: Spending = field(default_factory=Spending)
    keep: Callable[[Sequence[object]], Awaitable[None]] | None = None


class Asking:
    """As many questions at once as the endpoint takes; whoever is done takes the next."""

    def __init__(self, job: Job, errand: Errand, model: ChatModel, limiter: Limiter, budget: Budget) -> None:
        self._job, self._errand, self._model, self._limiter, self._budget = job, errand, model, limiter, budget
        self._rng = Random(errand.id)
        self._workers = max(1, errand.endpoint.in_flight)
        self._failures_in_row = 0
        self._halting = asyncio.Event()
        self._settled = asyncio.Event()  # a call's reservation became its cost: whoever waits at a cap looks again
        self._queued: set[asyncio.Task[None] | None] = set()  # who waits for a place at the endpoint

    async def all(self) -> None:
        """Until no question is left, or it is stopped."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._halt)

        self._job.when_stopped(wake)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._some())

    def _halt(self) -> None:
        self._halting.set()
        self._settled.set()
        for waiting in self._queued:
            if waiting is not None:
                waiting.cancel()

    async def _some(self) -> None:
        try:
            while not self._job.stopping and (question := next(self._errand.questions, None)) is not None:
                await self._one(question)
        except StudioError as error:  # the log refuses: the disk is full, or the study has changed
            self._job.stop(str(error))
        except asyncio.CancelledError:
            if asyncio.current_task() not in self._queued:  # else `_halt` fetched it out of the queue for a place
                raise
        finally:
            self._queued.discard(asyncio.current_task())

    async def _one(self, question: Question) -> None:
        worst = worst_case(question.request, self._errand.endpoint.prices)
        asked = 0
        while not self._job.stopping:
            async with AsyncExitStack() as place:
                await self._found(place)
                if not await self._is_reserved(worst):
                    return
                outcome, call = await self._ask(question, worst, question.tries + asked)
                asked += 1
                if isinstance(outcome, ChatReply):
                    await self._keep(question, outcome, call)
                    return
                await self._commit([call])
                wait_s = wait_before_retry(outcome, asked, self._rng)
                self._count(call, Came.FAILED if wait_s is None else None)
                if wait_s is None:
                    self._give_up(outcome)
                    return
            await self._sleep(wait_s)

    async def _found(self, place: AsyncExitStack) -> None:
        self._queued.add(asyncio.current_task())
        await place.enter_async_context(self._limiter.slot())
        self._queued.discard(asyncio.current_task())

    async def _is_reserved(self, worst: Worst) -> bool:
        """Set the worst case aside. While calls in flight may give some back, wait; then the cap ends it."""
        while not self._job.stopping:
            cap = self._budget.reserve(worst)
            if cap is None:
                return True
            if not self._budget.in_flight:
                self._job.stop(f"The next call could pass {cap}")
                return False
            self._settled.clear()
            await self._settled.wait()
        return False

    async def _ask(self, question: Question, worst: Worst, attempt: int) -> tuple[ChatReply | CallFailure, Call]:
        """One call. What was reserved becomes what it cost, or is given back."""
        began = datetime.now(UTC)
        with self._budget.released_on_error(worst):
            outcome = await self._model.chat(question.request)
        self._limiter.observe(outcome)
        call = self._call(question, worst, attempt, outcome, began)
        tokens, usd = spent(call)
        self._budget.settle(worst, tokens=tokens, usd=usd)
        self._settled.set()
        return outcome, call

    async def _keep(self, question: Question, reply: ChatReply, call: Call) -> None:
        """The call, and what it brought, together."""
        reading = question.read(reply, call)
        await self._commit([call, *reading.facts])
        self._failures_in_row = 0
        self._count(call, Came.KEPT if reading.is_clear else Came.UNCLEAR)

    def _give_up(self, failure: CallFailure) -> None:
        """An item's own fault is counted, an endpoint's ends the errand."""
        self._failures_in_row += 1
        is_lasting = failure.kind.heals and self._failures_in_row > max(4, self._workers)
        if failure.kind.stops_run or is_lasting:
            self._job.stop(f"{failure.kind.cause} ({failure.detail[:200]}). {failure.kind.remedy}")

    async def _commit(self, facts: list[object]) -> None:
        keep = self._errand.keep or self._errand.database.writer.append
        await keep(facts)

    def _count(self, call: Call, came: Came | None) -> None:
        tokens, usd = spent(call)
        is_priced = self._errand.endpoint.prices.input_usd is not None
        self._job.count(came, tokens=tokens, usd=usd if is_priced else None)

    async def _sleep(self, seconds: float) -> None:
        """Wait before asking again, but not beyond a stop."""
        try:
            await asyncio.wait_for(self._halting.wait(), timeout=seconds)
        except TimeoutError:
            pass

    def _call(
        self, question: Question, worst: Worst, attempt: int, outcome: ChatReply | CallFailure, began: datetime
    ) -> Call:
        errand = self._errand
        reply = outcome if isinstance(outcome, ChatReply) else None
        tokens_in, tokens_out = counted(reply, worst) if reply else (None, None)
        return Call(
            id=ids.call_id(question.task_id, attempt), task_id=question.task_id, run_id=errand.id,
            system_id=errand.system.id, kind=errand.kind, request=request_as_json(question.request), reply=outcome.raw,
            finish_reason=reply.finish_reason if reply else None, tokens_in=tokens_in, tokens_out=tokens_out,
            cost_usd=errand.endpoint.prices.cost_usd(tokens_in, tokens_out), worst_cost_usd=worst.usd,
            worst_tokens=worst.tokens, latency_ms=outcome.latency_ms,
            error_kind=outcome.kind if isinstance(outcome, CallFailure) else None,
            error_detail=outcome.detail if isinstance(outcome, CallFailure) else None, started_at=began,
        )  # fmt: skip
