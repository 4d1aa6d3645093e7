"""Runs a method: claims work, asks who is cast for it, commits what follows. One asyncio loop, one task group.

A call's slot is held until its result is committed. So after kill -9 at most the calls in flight are repeated, and nothing
that was acknowledged is lost or doubled. Chains advance independently; reply order changes no draw.
"""

import asyncio
from collections.abc import Callable, Mapping, MutableSequence
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from core.domain.call import Call, CallFailure, ChatReply, ChatRequest, Prices
from core.domain.run import CAP_REACHED
from core.domain.task import TaskState
from core.domain.work import Work
from core.errors import StudioError
from core.evolution.batch_returns import Returns
from core.evolution.batches import Batches
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.method import Method, Step
from core.evolution.pulse import Pulse, Rate
from core.evolution.record import Asked, call_of, spent
from core.evolution.supply import Supply
from core.ports import BatchLog, ByBatch, Cast, Clock, RunLog, Voice

_MOST_ELSEWHERE = 16  # tries of one question in a pool: what every member refuses is not passed round for ever
_LOOK_S = 0.25  # how soon a decision is noticed by a run that waits for people

Backoff = Callable[[CallFailure, int, Random], float | None]
"""(failure, attempts so far, chance) → seconds to wait before asking again, or None to give up."""


class Blocked(Exception):
    """The run cannot go on; `reason` is for people. What was claimed goes back to waiting."""


class Engine:
    """One run, live. `grow` returns when nothing is left to do, or when `pause` was called."""

    def __init__(
        self,
        method: Method,
        *,
        cast: Cast,
        log: RunLog,
        clock: Clock,
        budget: Budget,
        workers: int,
        backoff: Backoff,
        by_batch: Mapping[str, ByBatch] | None = None,
        batch_log: BatchLog | None = None,
    ) -> None:
        """`by_batch`: the endpoints, by name, that are asked by batch; then `batch_log` keeps what becomes of it."""
        self._method, self._cast, self._log = method, cast, log
        self._clock, self._budget, self._backoff = clock, budget, backoff
        self._workers = workers
        self._busy = 0
        self._changed = asyncio.Event()  # a chain ended, or something was committed: only `_next` waits for it
        self._settled = asyncio.Event()  # a call's reservation became its cost: only `_reserve` waits for it
        self._pausing = asyncio.Event()
        self._queued: set[asyncio.Task[None] | None] = set()  # chains that wait for a place at the endpoint
        self._supply = Supply(method, log)
        self._rate = Rate()
        self._reason: str | None = None
        self._failures_in_row = 0
        self._held = 0  # chains that wait because of a cap
        self._cancels = False
        self._batches = None if batch_log is None else self._batches_of(by_batch or {}, batch_log)

    def _batches_of(self, by_batch: Mapping[str, ByBatch], log: BatchLog) -> Batches:
        method, budget, clock = self._method, self._budget, self._clock
        returns = Returns(method, log=log, supply=self._supply, budget=budget, clock=clock, backoff=self._backoff)
        return Batches(
            by_batch,
            method.settings.left_over,
            run_id=method.run_id,
            log=log,
            returns=returns,
            budget=budget,
            clock=clock,
            stir=self._stir,
        )

    def _stir(self) -> None:
        """Something was committed or given back elsewhere: look again."""
        self._supply.note_commit()
        self._changed.set()
        self._settled.set()

    async def grow(self) -> bool:
        """Work until nothing is left (True) or paused (False). Raises Blocked when going on would be pointless.

        A block never cancels calls in flight: they are paid for, so they are finished and kept.
        """
        async with asyncio.TaskGroup() as beside:
            if self._batches is not None:
                await self._batches.take_up()
                beside.create_task(self._ask_by_batch(self._batches))
            async with asyncio.TaskGroup() as group:
                while (work := await self._next()) is not None:
                    self._busy += 1
                    group.create_task(self._chain(work))
            if self._batches is not None:  # after the last chain: a pause may become a stop until then
                self._batches.close(cancel=self._cancels)
        await self._release(self._supply.ready)
        if self._reason is not None:
            raise Blocked(self._reason)
        return not self._pausing.is_set()

    def pause(self) -> None:
        """Start nothing more; calls in flight are finished and kept. An endpoint's wish to wait is not waited for."""
        if not self._pausing.is_set():
            self._pausing.set()
            self._changed.set()
            self._settled.set()
            if self._batches is not None:
                self._batches.hold()
            for waiting in self._queued:
                if waiting is not None:
                    waiting.cancel()

    def stop(self) -> None:
        """The same for good: what is under way in batches is cancelled, and waited for."""
        self._cancels = True
        self.pause()

    @property
    def budget(self) -> Budget:
        """What the run may still spend; others who spend in its name reserve here too."""
        return self._budget

    def pulse(self) -> Pulse:
        """Calls in flight and in batches, calls a second over the last minute, and for whom the run waits."""
        waiting = self._batches.waiting if self._batches is not None else 0
        return Pulse(
            in_flight=max(0, self._budget.in_flight - waiting),
            calls_per_s=self._rate.per_s(),
            waits=self._supply.waits,
            in_batches=waiting,
            troubles=self._batches.troubles if self._batches is not None else {},
        )

    async def _next(self) -> Work | None:
        """The next piece of work for a free worker; None when there will be no more, or when pausing."""
        while not self._pausing.is_set():
            self._changed.clear()  # before looking, so that what happens meanwhile is not missed
            if self._busy < self._workers:
                try:
                    if (work := await self._supply.take()) is not None:
                        return work
                    is_idle = not self._busy and (self._batches is None or self._batches.is_empty)
                    if is_idle and self._supply.is_dry and await self._is_over():
                        return None
                except StudioError as error:  # no room on the disk: begin nothing more, and keep what is in flight
                    self._reason = self._reason or str(error)
                    self.pause()
            if self._batches is not None and self._busy == self._held:  # nobody is left who could bring more
                self._batches.send()
            await self._something()
        return None

    async def _ask_by_batch(self, batches: Batches) -> None:
        try:
            await batches.work()
        except StudioError as error:
            self._reason = self._reason or str(error)
            self.pause()

    async def _is_over(self) -> bool:
        """Nothing is left, and nothing can come. While people are waited for, this waits too."""
        if not await self._supply.draw():
            is_awaited = await self._supply.awaits_people()
            if not is_awaited and self._supply.is_dry:  # still, after all that looking
                return True
            while is_awaited and self._supply.is_dry and not self._pausing.is_set():
                await self._sleep(_LOOK_S)
            self._supply.goes_on()
        self._changed.set()
        return False

    async def _something(self) -> None:
        """Wait until a chain ends or commits; in a gated run look up now and then, for people commit without us."""
        try:
            async with asyncio.timeout(_LOOK_S if self._supply.is_gated else None):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _chain(self, work: Work) -> None:
        """One piece of work and what goes on from it at once, unless people set its subject aside meanwhile."""
        owed, news = [work], self._supply.news
        try:
            while owed and not self._pausing.is_set():
                if news != self._log.news():
                    news = self._log.news()
                    if await self._log.is_set_aside(work.instruction.id):
                        await self._release(owed)
                        break
                owed += await self._advance(owed[0])
                del owed[0]
        except (Blocked, StudioError) as error:  # the log may refuse too: a full disk pauses, it loses nothing
            self._reason = self._reason or str(error)
            self.pause()
        except asyncio.CancelledError:
            if asyncio.current_task() not in self._queued:  # else `pause` fetched it out of the queue for a place
                raise
        finally:
            self._queued.discard(asyncio.current_task())
            self._busy -= 1
            self._changed.set()
        await self._release(owed)

    async def _advance(self, work: Work) -> list[Work]:
        """One task: ask until it is answered or hopeless, commit what follows, return what goes on at once."""
        asked = 0
        while not self._pausing.is_set():
            if asked and await self._log.is_set_aside(work.instruction.id):  # while it waited to ask again
                break
            request = self._method.request(work, work.task.tries)
            voice = self._cast.pick(work.task.kind, request)
            if self._batches is not None and self._batches.takes(voice.name, work.task):
                await self._hand_in(work, request, voice, self._batches)
                return []
            async with AsyncExitStack() as place:
                if not await self._found(place, voice) or not self._cast.begin(work.task.kind, voice):
                    continue  # another one may be better off by now
                worst = await self._reserve(request, voice.prices)
                if worst is None:
                    break
                asked += 1
                call, outcome = await self._ask(work, request, voice, worst)
                if isinstance(outcome, ChatReply):
                    self._failures_in_row = 0
                    return await self._commit(work, call, self._conclude(work, outcome, call))
                wait_s = self._wait_s(outcome, asked, call)
                if wait_s is None:
                    return await self._give_up(work, call, outcome)
                work = replace(work, task=replace(work.task, tries=work.task.tries + 1))
                await self._log.append([call, work.task])
            await self._sleep(wait_s)
        await self._release([work])
        return []

    async def _hand_in(self, work: Work, request: ChatRequest, voice: Voice, batches: Batches) -> None:
        worst = await self._reserve(request, batches.prices(voice.name))
        if worst is None:
            await self._release([work])
        else:
            batches.put(work, voice.name, voice.system_id, request, worst)

    async def _found(self, place: AsyncExitStack, voice: Voice) -> bool:
        """Wait for a place at the endpoint; False when it is time to look around for another."""
        self._queued.add(asyncio.current_task())
        try:
            async with asyncio.timeout(voice.patience_s):
                await place.enter_async_context(voice.limiter.slot())
        except TimeoutError:
            return False
        self._queued.discard(asyncio.current_task())
        return True

    def _wait_s(self, failure: CallFailure, asked: int, call: Call) -> float | None:
        """Until the question is put again; None to give up."""
        if failure.elsewhere_in_s is not None and asked < _MOST_ELSEWHERE:
            return failure.elsewhere_in_s
        return self._backoff(failure, asked, Random(call.id))

    def _conclude(self, work: Work, reply: ChatReply, call: Call) -> Step:
        return self._method.conclude(work, reply, call.id, self._clock.now(), by=call.system_id)

    async def _give_up(self, work: Work, call: Call, failure: CallFailure) -> list[Work]:
        """A hopeless call: an item's own fault is kept as an error, an endpoint's blocks the run."""
        self._failures_in_row += 1
        lasting = failure.kind.heals and self._failures_in_row > max(4, self._workers)
        if failure.kind.stops_run or lasting:
            await self._log.append([call, replace(work.task, tries=work.task.tries + 1)])
            raise Blocked(f"{failure.kind.cause}: {failure.detail[:300]}. {failure.kind.remedy}.")
        return await self._commit(work, call, self._method.give_up(work, failure, self._clock.now()))

    async def _commit(self, work: Work, call: Call, step: Step) -> list[Work]:
        facts: list[object] = [call, *step.facts]
        if step.decided is not None:
            facts += await self._supply.decided(work.instruction, step.decided)
        await self._log.append(facts)
        self._supply.note_commit()
        self._changed.set()
        return list(step.following)

    async def _ask(
        self, work: Work, request: ChatRequest, voice: Voice, worst: Worst
    ) -> tuple[Call, ChatReply | CallFailure]:
        asked = Asked(
            task=work.task, request=request, attempt=work.task.tries, worst=worst, started_at=self._clock.now()
        )
        with self._budget.released_on_error(worst):
            outcome = await voice.model.chat(request)
        voice.limiter.observe(outcome)
        outcome = self._cast.heard(work.task.kind, voice, outcome)
        self._rate.note()
        failure = self._method.refuse(work, outcome) if isinstance(outcome, ChatReply) else outcome
        call = call_of(asked, outcome, failure, system_id=voice.system_id, prices=voice.prices)
        tokens, usd = spent(call)
        self._budget.settle(worst, tokens=tokens, usd=usd)
        self._settled.set()
        return call, failure or outcome

    async def _reserve(self, request: ChatRequest, prices: Prices) -> Worst | None:
        """Set the call's worst case aside; None when pausing.

        While calls in flight may give some back, wait; then the cap is reached, and Blocked says which one.
        """
        worst = worst_case(request, prices)
        while not self._pausing.is_set():
            cap = self._budget.reserve(worst)
            if cap is None:
                return worst
            if not self._budget.in_flight:
                raise Blocked(f"{CAP_REACHED} {cap}. What came is kept; raise the cap, then resume.")
            self._settled.clear()
            self._held += 1
            self._changed.set()
            try:
                await self._settled.wait()
            finally:
                self._held -= 1
        return None

    async def _sleep(self, seconds: float) -> None:
        """Wait before asking again, but not beyond a pause."""
        try:
            await asyncio.wait_for(self._pausing.wait(), timeout=seconds)
        except TimeoutError:
            pass

    async def _release(self, works: MutableSequence[Work]) -> None:
        """Give claimed work back, so that a later resume (or this engine) finds it waiting; or cancelled, if it was set aside.

        If the log refuses, it stays claimed: a resume takes back everything that this run had claimed.
        """
        back = [replace(work.task, state=TaskState.WAITING) for work in works]
        works.clear()
        if back:
            try:
                await self._log.append(back)
                self._supply.note_commit()
                self._changed.set()
            except StudioError as error:
                self._reason = self._reason or str(error)
