"""One labelling at work: a call a seed, through the endpoint's own gate and within its caps."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random

from core.domain import ids
from core.domain.call import Call, CallFailure, ChatReply, ChatRequest
from core.domain.source import Label
from core.domain.system import Endpoint, System
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.record import counted, request_as_json, spent
from core.models.retry import wait_before_retry
from core.ports import ChatModel, Limiter
from core.services.projects import Project
from core.services.skill_question import question, skill_in


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelProgress:
    """How far the labelling is. `reason` says why it ended early; `usd` is None while no price is known."""

    total: int
    labelled: int = 0
    unclear: int = 0
    failed: int = 0
    tokens: int = 0
    usd: float | None = None
    seconds: float = 0.0
    is_going: bool = True
    reason: str = ""

    @property
    def done(self) -> int:
        return self.labelled + self.unclear + self.failed


@dataclass(slots=True)
class LabelJob:
    """One labelling of one project. Counted on the engines' loop, read by pages."""

    id: str
    project: Project
    endpoint: Endpoint
    system: System
    now: LabelProgress
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False

    def count(self, call: Call, skill: str | None) -> None:
        now, is_answer = self.now, call.error_kind is None
        usd = call.cost_usd if call.cost_usd is not None else 0.0
        prices_known = self.endpoint.prices.input_usd is not None
        self.now = replace(
            now,
            labelled=now.labelled + (skill is not None),
            unclear=now.unclear + (is_answer and skill is None),
            failed=now.failed + (not is_answer),
            tokens=now.tokens + spent(call)[0],
            usd=(now.usd or 0.0) + usd if prices_known else None,
            seconds=time.monotonic() - self.began,
        )

    def end(self, reason: str = "") -> None:
        self.stopping = True
        self.now = replace(self.now, is_going=False, reason=self.now.reason or reason)

    def stop(self, reason: str) -> None:
        self.stopping = True
        self.now = replace(self.now, reason=self.now.reason or reason)


class Labelling:
    """One labelling at work, on the engines' loop, through the endpoint's own gate."""

    def __init__(self, job: LabelJob, model: ChatModel, limiter: Limiter, budget: Budget) -> None:
        self._job, self._model, self._limiter, self._budget = job, model, limiter, budget
        self._rng = Random(job.id)

    async def all(self, seeds: Iterator[tuple[str, str]]) -> None:
        """As many at once as the endpoint takes; each takes the next seed when it has done one."""
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, self._job.endpoint.in_flight)):
                group.create_task(self._some(seeds))

    async def _some(self, seeds: Iterator[tuple[str, str]]) -> None:
        while not self._job.stopping:
            seed = next(seeds, None)
            if seed is None:
                return
            await self._one(*seed)

    async def _one(self, seed_id: str, text: str) -> None:
        request = question(text)
        worst = worst_case(request, self._job.endpoint.prices)
        for attempt in range(1, 100):
            if self._job.stopping:
                return
            if cap := self._budget.reserve(worst):
                self._job.stop(f"The next call could pass {cap}")
                return
            outcome, call = await self._ask(seed_id, request, worst, attempt)
            wait_s = wait_before_retry(outcome, attempt, self._rng) if isinstance(outcome, CallFailure) else None
            if wait_s is None:
                await self._keep(seed_id, outcome, call)
                return
            await self._job.project.database.writer.append([call])
            await asyncio.sleep(wait_s)

    async def _ask(
        self, seed_id: str, request: ChatRequest, worst: Worst, attempt: int
    ) -> tuple[ChatReply | CallFailure, Call]:
        """One call. What was reserved becomes what it cost, or is given back."""
        began = datetime.now(UTC)
        with self._budget.released_on_error(worst):
            async with self._limiter.slot():
                outcome = await self._model.chat(request)
                self._limiter.observe(outcome)
        call = self._call(seed_id, request, worst, attempt, outcome, began)
        tokens, usd = spent(call)
        self._budget.settle(worst, tokens=tokens, usd=usd)
        return outcome, call

    async def _keep(self, seed_id: str, outcome: ChatReply | CallFailure, call: Call) -> None:
        """The call, and the label that it brought, together."""
        skill = skill_in(outcome.text) if isinstance(outcome, ChatReply) else None
        facts: list[object] = [call]
        if skill is not None:
            by = self._job.system.id
            label = ids.label_id(seed_id, "skill", by)
            facts.append(Label(id=label, instruction_id=seed_id, kind="skill", value=skill, by=by))
        await self._job.project.database.writer.append(facts)
        self._job.count(call, skill)
        if isinstance(outcome, CallFailure) and outcome.kind.stops_run:
            self._job.stop(f"{outcome.kind.cause} ({outcome.detail[:200]}). {outcome.kind.remedy}")

    def _call(
        self, seed_id: str, request: ChatRequest, worst: Worst, attempt: int, outcome: ChatReply | CallFailure,
        began: datetime,
    ) -> Call:  # fmt: skip
        reply = outcome if isinstance(outcome, ChatReply) else None
        tokens_in, tokens_out = counted(reply, worst) if reply else (None, None)
        task = ids.label_id(seed_id, "skill", self._job.id)
        return Call(
            id=ids.call_id(task, attempt), task_id=task, run_id=self._job.id, system_id=self._job.system.id, kind="label",
            request=request_as_json(request), reply=outcome.raw, finish_reason=reply.finish_reason if reply else None,
            tokens_in=tokens_in, tokens_out=tokens_out,
            cost_usd=self._job.endpoint.prices.cost_usd(tokens_in, tokens_out), worst_cost_usd=worst.usd,
            worst_tokens=worst.tokens, latency_ms=outcome.latency_ms,
            error_kind=outcome.kind if isinstance(outcome, CallFailure) else None,
            error_detail=outcome.detail if isinstance(outcome, CallFailure) else None, started_at=began,
        )  # fmt: skip
