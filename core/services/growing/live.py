"""Runs that are going in this process: one background event loop, one engine a run."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from core.domain.cluster import WorkerNow
from core.domain.progress import Spending
from core.domain.run import RunEvent, RunEventKind
from core.domain.system import Endpoint
from core.errors import StudioError
from core.evolution.budget import Budget
from core.evolution.engine import Blocked, Engine
from core.evolution.method import Method
from core.evolution.pulse import Pulse
from core.models.limits import AdaptiveLimit
from core.models.pace import Bounds
from core.models.pool import Ensemble
from core.models.retry import wait_before_retry
from core.ports import ByBatch, ChatModel, Limiter
from core.services.growing.casting import Casting, Turn, turn_at, voices
from core.services.log_lines import facts
from core.store.batch_log import ProjectBatchLog
from core.store.database import Database
from core.store.run_log import ProjectRunLog

T = TypeVar("T")

_log = logging.getLogger(__name__)
_PATIENCE_S = 3.0  # for calls in flight when the app ends


class WallClock:
    """`core.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """Everything that an engine needs to begin. `is_ending`: only to cancel and fetch what is under way in batches."""

    run_id: str
    method: Method
    casting: Casting
    models: Mapping[str, ChatModel]
    spending: Spending
    by_batch: Mapping[str, ByBatch] | None = None
    is_ending: bool = False
    crew: Callable[[], tuple[WorkerNow, ...]] = tuple  # the workers of a cluster that make its calls, as they stand

    async def close(self) -> None:
        """Hang up at every endpoint."""
        for model in self.models.values():
            await model.close()
        for asked in (self.by_batch or {}).values():
            await asked.model.close()


@dataclass(slots=True)
class _Live:
    """An engine at work. `is_over`: it has returned, and its last event is being written."""

    engine: Engine
    cast: Ensemble
    limits: tuple[AdaptiveLimit, ...]
    left_out: Mapping[str, str]
    ended: "Future[None]"
    crew: Callable[[], tuple[WorkerNow, ...]]
    is_over: bool = False


class LiveRuns:
    """The engines of this process, on one loop in one thread. Nothing here touches Streamlit."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._live: dict[str, _Live] = {}
        self._limits: dict[tuple[str, Bounds], AdaptiveLimit] = {}
        self._at_rest: dict[str, Budget] = {}  # of runs at rest in whose trees people are asking just now
        self.problems: dict[str, str] = {}  # what could not even be written down, such as a full disk
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine", daemon=True)
        self._thread.start()

    @property
    def is_working(self) -> bool:
        """Whether the thread that all engines share lives."""
        return self._thread.is_alive()

    def begin(self, start: Start, database: Database) -> None:
        """Put an engine to work on a run; if one works on it already, nothing happens."""
        self._do(self._begin(start, database)).result()

    async def _begin(self, start: Start, database: Database) -> None:
        if start.run_id in self._live:  # asked here, on the loop: two tabs may resume at the same moment
            await start.close()
            return
        self.problems.pop(start.run_id, None)
        limits = {name: self._limit_of(endpoint) for name, endpoint in start.casting.endpoints.items()}
        turns = {name: turn_at(limit, start.run_id, start.models.get(name)) for name, limit in limits.items()}
        cast = Ensemble({kind: voices(role, start.models, turns) for kind, role in start.casting.seats.items()})
        log = ProjectRunLog(database, start.run_id)
        engine = _engine(start, cast, log, database)
        if start.is_ending:
            engine.stop()
        task = asyncio.run_coroutine_threadsafe(self._work(start, engine, log, database), self._loop)
        shared = tuple({id(limit): limit for limit in limits.values()}.values())
        self._live[start.run_id] = _Live(engine, cast, shared, start.casting.left_out, task, start.crew)

    async def _work(self, start: Start, engine: Engine, log: ProjectRunLog, database: Database) -> None:
        """From first call to last event. The run counts as live until that event is written."""
        try:
            await self._grow(start.run_id, engine, log, database)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # a bug: it keeps its traceback, and the run says that it stopped
            _log.error("run ended by a fault", exc_info=error, extra=facts(run=start.run_id))
            reason = f"A fault in the studio stopped this run ({_name(error)}). Its log has the details."
            self.problems[start.run_id] = reason
            await self._say(database, start.run_id, RunEventKind.BLOCKED, reason)
            raise
        finally:
            await start.close()
            del self._live[start.run_id]

    async def _grow(self, run_id: str, engine: Engine, log: ProjectRunLog, database: Database) -> None:
        kind, reason = RunEventKind.FINISHED, ""
        try:
            await log.take_back()
            if not await engine.grow():
                return  # whoever paused it has said so
        except (Blocked, StudioError) as blocked:
            kind, reason = RunEventKind.BLOCKED, str(blocked)
        self._live[run_id].is_over = True
        await self._say(database, run_id, kind, reason)

    async def _say(self, database: Database, run_id: str, kind: RunEventKind, reason: str) -> None:
        event = RunEvent(run_id=run_id, kind=kind, by="studio", reason=reason, received_at=datetime.now(UTC))
        try:
            await database.writer.append([event])
        except StudioError as error:  # the disk is full: it cannot be written down, so it is remembered
            self.problems[run_id] = str(error)

    def halt(self, event: RunEvent, database: Database) -> bool:
        """Start no more calls for this run, and write down why; calls in flight are finished.

        False, and nothing is written, if no engine works on it, or if it has just come to its end by itself.
        """
        return self._do(self._halt(event, database)).result()

    async def _halt(self, event: RunEvent, database: Database) -> bool:
        live = self._live.get(event.run_id)
        if live is None or live.is_over:
            return False
        if event.kind is RunEventKind.STOPPED:
            live.engine.stop()
        else:
            live.engine.pause()
        await database.writer.append([event])
        return True

    def once(
        self, run_id: str, endpoint: Endpoint, budget: Budget, ask: Callable[[Limiter, Budget], Awaitable[T]]
    ) -> T:
        """Let a person ask one thing beside a run: in the endpoint's turn, and within what the run may still spend.

        `budget` is the run's as the log knows it; if an engine works on the run, its own budget counts instead.
        """
        return self._do(self._once(run_id, endpoint, budget, ask)).result()

    async def _once(
        self, run_id: str, endpoint: Endpoint, budget: Budget, ask: Callable[[Limiter, Budget], Awaitable[T]]
    ) -> T:
        limiter = Turn(self._limit_of(endpoint), f"{run_id} by hand")
        live = self._live.get(run_id)
        if live is not None:
            return await ask(limiter, live.engine.budget)
        budget = self._at_rest.setdefault(run_id, budget)  # two who ask at once share one
        try:
            return await ask(limiter, budget)
        finally:
            if not budget.in_flight:
                self._at_rest.pop(run_id, None)

    def _limit_of(self, endpoint: Endpoint) -> AdaptiveLimit:
        """One gate an endpoint, whoever asks there."""
        bounds = Bounds(
            in_flight=endpoint.in_flight,
            requests_per_min=endpoint.requests_per_min,
            tokens_per_min=endpoint.tokens_per_min,
        )
        return self._limits.setdefault((endpoint.base_url, bounds), AdaptiveLimit(bounds))

    def is_live(self, run_id: str) -> bool:
        return run_id in self._live

    def pulse(self, run_id: str) -> Pulse:
        live = self._live.get(run_id)
        return live.engine.pulse() if live else Pulse(in_flight=0, calls_per_s=None)

    def allowed(self, run_id: str) -> int:
        """How many calls may be in flight now."""
        live = self._live.get(run_id)
        return sum(limit.snapshot().allowed for limit in live.limits) if live else 0

    def unwell(self, run_id: str) -> dict[str, str]:
        """Endpoints of this run's pools that are not asked now, and why, in words for people."""
        live = self._live.get(run_id)
        if live is None:
            return {}
        return {name: f"is left out of this run: {why}" for name, why in live.left_out.items()} | live.cast.unwell()

    def crew(self, run_id: str) -> tuple[WorkerNow, ...]:
        """The workers that make this run's calls; () if this process does."""
        live = self._live.get(run_id)
        return live.crew() if live else ()

    def wait(self, run_id: str, timeout_s: float | None = None) -> bool:
        """Wait until no engine works on the run; False when the time is over first."""
        live = self._live.get(run_id)
        if live is None:
            return True
        return bool(futures.wait([live.ended], timeout=timeout_s).done)

    def close(self) -> None:
        """End all engines: a short wait for calls in flight, then they are cut. Their runs stand as interrupted."""
        going = list(self._live.values())
        for live in going:
            self._loop.call_soon_threadsafe(live.engine.pause)
        futures.wait([live.ended for live in going], timeout=_PATIENCE_S)
        self._do(self._cancel_all()).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    async def _cancel_all(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, coroutine: Coroutine[object, object, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)


def _engine(start: Start, cast: Ensemble, log: ProjectRunLog, database: Database) -> Engine:
    spending = start.spending
    return Engine(
        start.method,
        cast=cast,
        log=log,
        clock=WallClock(),
        budget=Budget(
            start.method.settings.caps, calls=spending.calls, tokens=spending.tokens, usd=spending.usd or 0.0
        ),
        workers=sum(endpoint.in_flight for endpoint in start.casting.endpoints.values()),
        backoff=wait_before_retry,
        by_batch=start.by_batch,
        batch_log=None if start.by_batch is None else ProjectBatchLog(database, start.run_id),
    )


def _name(error: BaseException) -> str:
    """A task group wraps what went wrong: name that."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
