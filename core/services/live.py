"""Runs that are going in this process: one background event loop, one engine a run."""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.progress import Spending
from core.domain.run import RunEvent, RunEventKind
from core.domain.system import Endpoint
from core.errors import StudioError
from core.evolution.budget import Budget
from core.evolution.engine import Blocked, Engine, Pulse
from core.evolution.method import Method
from core.models.limits import AdaptiveLimit
from core.models.retry import wait_before_retry
from core.ports import ChatModel
from core.store.database import Database
from core.store.run_log import ProjectRunLog

_log = logging.getLogger(__name__)
_PATIENCE_S = 3.0  # for calls in flight when the app ends


class WallClock:
    """`core.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """Everything that an engine needs to begin."""

    run_id: str
    method: Method
    endpoint: Endpoint
    model: ChatModel
    spending: Spending


@dataclass(frozen=True, slots=True)
class _Live:
    engine: Engine
    limit: AdaptiveLimit
    ended: "Future[None]"


class LiveRuns:
    """The engines of this process, on one loop in one thread. Nothing here touches Streamlit."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._live: dict[str, _Live] = {}
        self._limits: dict[str, AdaptiveLimit] = {}
        self.problems: dict[str, str] = {}  # what could not even be written down, such as a full disk
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine", daemon=True)
        self._thread.start()

    def begin(self, start: Start, database: Database) -> None:
        """Put an engine to work on a run; if one works on it already, nothing happens."""
        if start.run_id in self._live:
            return
        self.problems.pop(start.run_id, None)
        self._do(self._begin(start, database)).result()

    async def _begin(self, start: Start, database: Database) -> None:
        limit = self._limits.setdefault(start.endpoint.name, AdaptiveLimit(start.endpoint.in_flight))
        log = ProjectRunLog(database, start.run_id)
        settings = start.method.settings
        engine = Engine(
            start.method,
            model=start.model,
            limiter=limit,
            log=log,
            clock=WallClock(),
            budget=Budget(
                settings.caps,
                calls=start.spending.calls,
                tokens=start.spending.tokens,
                usd=start.spending.usd or 0.0,
            ),
            prices=start.endpoint.prices,
            workers=start.endpoint.in_flight,
            backoff=wait_before_retry,
        )
        await log.take_back()
        task = asyncio.run_coroutine_threadsafe(self._grow(start, engine, database), self._loop)
        self._live[start.run_id] = _Live(engine, limit, task)
        task.add_done_callback(lambda ended: self._ended(start.run_id, ended, database))

    async def _grow(self, start: Start, engine: Engine, database: Database) -> None:
        try:
            finished = await engine.grow()
        except Blocked as blocked:
            await self._say(database, start.run_id, RunEventKind.BLOCKED, str(blocked))
        else:
            if finished:
                await self._say(database, start.run_id, RunEventKind.FINISHED, "")
        finally:
            await start.model.close()

    async def _say(self, database: Database, run_id: str, kind: RunEventKind, reason: str) -> None:
        event = RunEvent(run_id=run_id, kind=kind, by="studio", reason=reason, received_at=datetime.now(UTC))
        try:
            await database.writer.append([event])
        except StudioError as error:  # the disk is full: it cannot be written down, so it is remembered
            self.problems[run_id] = str(error)

    def _ended(self, run_id: str, ended: "Future[None]", database: Database) -> None:
        self._live.pop(run_id, None)
        error = None if ended.cancelled() else ended.exception()
        if error is not None:  # a bug: it keeps its traceback, and the run says that it stopped
            _log.error("run %s ended by a fault", run_id, exc_info=error)
            reason = f"A fault in the studio stopped this run ({type(error).__name__}). Its log has the details."
            self.problems[run_id] = reason
            self._do(self._say(database, run_id, RunEventKind.BLOCKED, reason))

    def pause(self, run_id: str) -> None:
        """Start no more calls for this run; those in flight are finished."""
        if live := self._live.get(run_id):
            self._loop.call_soon_threadsafe(live.engine.pause)

    def is_live(self, run_id: str) -> bool:
        return run_id in self._live

    def pulse(self, run_id: str) -> Pulse:
        live = self._live.get(run_id)
        return live.engine.pulse() if live else Pulse(in_flight=0, calls_per_s=None)

    def allowed(self, run_id: str) -> int:
        """How many calls may be in flight now."""
        live = self._live.get(run_id)
        return live.limit.snapshot().allowed if live else 0

    def wait(self, run_id: str, timeout_s: float | None = None) -> bool:
        """Wait until no engine works on the run; False when the time is over first."""
        live = self._live.get(run_id)
        if live is None:
            return True
        try:
            live.ended.result(timeout=timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """End all engines: a short wait for calls in flight, then they are cut. Their runs stand as interrupted."""
        for run_id in list(self._live):
            self.pause(run_id)
        for run_id in list(self._live):
            self.wait(run_id, _PATIENCE_S)
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

    def _do(self, coroutine: Coroutine[object, object, None]) -> "Future[None]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
