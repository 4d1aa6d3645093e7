"""What a run asks by batch (docs/batches.md): calls are gathered until no more can come, handed over, and waited for.

One loop takes one step of one batch at a time (core/evolution/batch_steps.py). What can heal is tried for as long as the run goes
on; what cannot raises EndpointError. Neither ends what is under way at an endpoint: the next engine of the run goes on with it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.domain.batch import CANCELLED, FAILED, BatchNow
from core.domain.call import CallFailure, ChatRequest, Prices
from core.domain.run import LeftOver
from core.domain.task import Task, TaskState
from core.domain.work import Work
from core.errors import EndpointError
from core.evolution.batch_returns import Returns
from core.evolution.batch_steps import Steps, UnderWay
from core.evolution.budget import Budget, Worst
from core.evolution.gathering import MOST_CALLS, Gathering
from core.ports import BatchLog, ByBatch, Clock

_OLDEST_S = 600.0  # gathered calls go out after so long, even if others may still come
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 300.0
_FEWEST = 50  # calls: an endpoint whose queue does not hold so many is asked no further
_TOO_MUCH = "token_limit_exceeded"  # its queue holds no more tokens just now


class Batches:
    """The batches of one engine. Belongs to its event loop; no locks, since one task takes all steps."""

    def __init__(
        self,
        by_batch: Mapping[str, ByBatch],
        left_over: LeftOver,
        *,
        run_id: str,
        log: BatchLog,
        returns: Returns,
        budget: Budget,
        clock: Clock,
        stir: Callable[[], None],
    ) -> None:
        """`stir` is called whenever something was committed, or given back."""
        self._by_batch, self._left_over, self._run_id = by_batch, left_over, run_id
        self._log, self._budget, self._clock, self._stir = log, budget, clock, stir
        self._steps = Steps(by_batch, log=log, returns=returns, budget=budget, clock=clock, stir=stir)
        self._gathered: list[Gathering] = []
        self._under_way: list[UnderWay] = []
        self._most = dict.fromkeys(by_batch, MOST_CALLS)
        self._crowded: set[str] = set()  # endpoints whose queue is full until another batch there ends
        self._woken = asyncio.Event()
        self._made = 0
        self._is_held = self._is_closing = self._cancels = False

    @property
    def is_empty(self) -> bool:
        """Nothing is gathered, and nothing is under way."""
        return not self._gathered and not self._under_way

    @property
    def waiting(self) -> int:
        """Calls that are gathered or under way."""
        return sum(len(one.items) for one in self._gathered) + sum(one.now.n for one in self._under_way)

    @property
    def troubles(self) -> dict[str, str]:
        """Why an endpoint cannot be asked for a batch just now, by the batch's id."""
        return {one.now.id: one.trouble for one in self._under_way if one.trouble}

    def takes(self, endpoint: str, task: Task) -> bool:
        """Whether this call goes by batch."""
        is_left = self._left_over is LeftOver.NOW and task.id in self._steps.batched
        return endpoint in self._by_batch and not is_left

    def prices(self, endpoint: str) -> Prices:
        return self._by_batch[endpoint].prices

    def put(self, work: Work, endpoint: str, system_id: str, request: ChatRequest, worst: Worst) -> None:
        """Gather one more; its worst case is set aside already."""
        filling = next((one for one in self._gathered if one.endpoint == endpoint and not one.is_ready), None)
        if filling is None:
            filling = Gathering(endpoint, self._by_batch[endpoint], time.monotonic(), self._most[endpoint])
            self._gathered.append(filling)
        filling.add(work, system_id, request, worst)
        if filling.is_ready:
            self._woken.set()

    def send(self) -> None:
        """Nothing more can come for now: what is gathered goes out."""
        for one in self._gathered:
            one.is_ready = True
            self._woken.set()

    def hold(self) -> None:
        """Hand nothing more over."""
        self._is_held = True

    def close(self, *, cancel: bool) -> None:
        """The end. What is under way is cancelled and waited for, or left to the next engine of the run."""
        self._is_closing, self._cancels = True, cancel
        for one in self._under_way if cancel else ():
            one.due_s = 0.0
        self._woken.set()

    async def take_up(self) -> None:
        """Before anything else: go on with what an earlier engine of the run had begun."""
        known, owed = await self._log.batches(), await self._log.owed_in_all()
        self._budget.owe(Worst(tokens=owed.tokens, usd=owed.usd), owed.calls)
        self._steps.batched = await self._log.batched()
        self._made = len(known)
        self._under_way = [UnderWay(now=batch) for batch in known if not batch.is_closed]

    async def work(self) -> None:
        """Until `close`."""
        while not self._is_over:
            self._woken.clear()
            if not (self._is_held or self._is_closing):
                await self._make()
            for one in [one for one in self._under_way if one.due_s <= time.monotonic()]:
                if not self._is_over:
                    await self._step(one)
            await self._rest()
        await self._give_back()

    @property
    def _is_over(self) -> bool:
        return self._is_closing and not (self._cancels and self._under_way)

    async def _make(self) -> None:
        """What is ready becomes a batch."""
        for one in self._gathered:
            one.is_ready = one.is_ready or time.monotonic() - one.since_s > _OLDEST_S
        for one in [one for one in self._gathered if one.is_ready and one.endpoint not in self._crowded]:
            batch = one.batch(self._run_id, self._made + 1, self._clock.now())
            await self._log.append([*(replace(item, batch_id=batch.id) for item in one.items), batch])
            self._made += 1
            self._gathered.remove(one)
            now = BatchNow(
                id=batch.id,
                run_id=self._run_id,
                number=self._made,
                endpoint=batch.endpoint,
                n=batch.n,
                made_at=batch.made_at,
                prices=one.by_batch.prices,
            )
            self._under_way.append(UnderWay(now=now, content=bytes(one.content)))

    async def _step(self, one: UnderWay) -> None:
        failure = await self._steps.advance(one, cancel=self._cancels)
        if failure is not None and failure.kind.heals:
            one.failed += 1
            one.trouble = f"{failure.kind.cause}: {failure.detail[:200]}"
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**one.failed)
            one.due_s = time.monotonic() + max(pause_s, failure.retry_after_s or 0.0)
            return
        one.failed, one.trouble = 0, ""
        if one.now.is_closed:
            self._under_way.remove(one)
            self._stir()
            self._crowded.discard(one.now.endpoint)
        if failure is not None:
            raise _stuck(one.now, failure)
        if one.now.is_closed:
            self._learn(one)

    def _learn(self, one: UnderWay) -> None:
        """From how a batch ended. EndpointError if the next one could only end alike."""
        batch, endpoint = one.now, one.now.endpoint
        if batch.status == FAILED and _TOO_MUCH in batch.detail and batch.n > _FEWEST:
            if any(other.now.endpoint == endpoint for other in self._under_way):
                self._crowded.add(endpoint)
            else:
                self._most[endpoint] = max(_FEWEST, min(self._most[endpoint], batch.n) // 2)
        elif batch.status == FAILED:
            raise EndpointError(
                f"The endpoint refused batch {batch.number}: {batch.detail[:300] or 'it does not say why'}",
                to_do="Nothing was spent on it. Put right what it names, or ask now instead of by batch; then resume.",
            )
        elif batch.status == CANCELLED and not batch.is_cancelling:
            raise EndpointError(
                f"Batch {batch.number} was cancelled at the endpoint",
                to_do="What it had done is kept. Resume to go on.",
            )
        lasting = next((one for one in one.failures if one.kind.stops_run and not one.kind.heals), None)
        if lasting is not None:
            raise EndpointError(f"{lasting.kind.cause}: {lasting.detail[:300]}", to_do=f"{lasting.kind.remedy}.")

    async def _rest(self) -> None:
        """Until something is due, or somebody wakes us."""
        if self._is_over:
            return
        due = [one.due_s for one in self._under_way]
        due += [one.since_s + _OLDEST_S for one in self._gathered if not (one.is_ready or self._is_held)]
        try:
            async with asyncio.timeout(max(0.0, min(due) - time.monotonic()) if due else None):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _give_back(self) -> None:
        """What was gathered and not handed over waits again."""
        gathered, self._gathered = self._gathered, []
        for one in gathered:
            await self._log.append([replace(task, state=TaskState.WAITING) for task in one.tasks])
            for item in one.items:
                self._budget.release(Worst(tokens=item.worst_tokens, usd=item.worst_usd))
        self._stir()


def _stuck(batch: BatchNow, failure: CallFailure) -> EndpointError:
    """What a person must see to."""
    if batch.is_closed:
        to_do = f"{failure.kind.remedy}. Nothing was spent on it."
    else:
        to_do = f"{failure.kind.remedy}; or give the batch up, if it is gone: its calls are then asked again."
    return EndpointError(f"{failure.kind.cause}: {failure.detail[:300]}", where=f"Batch {batch.number}", to_do=to_do)
