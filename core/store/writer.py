"""The single writer: one thread, one connection, many facts a transaction.

Whoever has facts hands them over and waits; the writer takes what has gathered and commits it at once. Acknowledged
means committed: an acknowledged fact survives kill -9. `seq` is given here and nowhere else.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import duckdb

from core.errors import ProjectError, StudioError
from core.store.fact_writing import write_facts
from core.store.memory import said_limit

_MOST_TOGETHER = 64  # people's batches in one transaction
_MOST_FACTS = 4_000  # a transaction; bounds the wait of the first in line
_GATHER_S, _ENOUGH = 0.2, 16  # how long facts wait for others when they come thick and fast, and for how many
# Whatever a job raises belongs to whoever waits for it: this thread must outlive every job.
_OF_THE_JOB = (
    duckdb.Error, StudioError, OSError, ValueError, TypeError, LookupError, AttributeError, AssertionError,
    ArithmeticError, RuntimeError, MemoryError,
)  # fmt: skip
# Given the connection, the next `seq` and what everybody handed in: how many `seq` it used, and one result for each.
Together = Callable[[duckdb.DuckDBPyConnection, int, Sequence[Any]], tuple[int, Sequence[Any]]]


@dataclass(order=True, slots=True)
class _Job:
    """Something to commit. People's decisions (rank 0) go before the engine's rows (rank 1)."""

    rank: int
    turn: int
    facts: Sequence[object] = field(compare=False, default=())
    action: Callable[[duckdb.DuckDBPyConnection], Any] | None = field(compare=False, default=None)
    together: "Together | None" = field(compare=False, default=None)
    batch: Any = field(compare=False, default=None)
    done: "Future[Any] | asyncio.Future[Any] | None" = field(compare=False, default=None)
    loop: asyncio.AbstractEventLoop | None = field(compare=False, default=None)
    closes: bool = field(compare=False, default=False)


class Writer:
    """Owns the writing connection. Every method may be called from any thread or loop."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, next_seq: int, between: Callable[[], None] = lambda: None
    ) -> None:
        """`between` is called in this thread after each transaction, when everybody who waited for it was told."""
        self._connection = connection
        self._between = between
        self._next_seq = next_seq
        self._turn = count()
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._closed = False
        self._is_busy = False  # whether several handed in facts for the last transaction of facts
        self.by_people = 0  # how much people did here since it was opened: who sees another number looks at the log
        self._gate = threading.Lock()  # guards `_closed`: nothing may get in line behind the last job
        self._thread = threading.Thread(target=self._work, name="log-writer", daemon=True)
        self._thread.start()

    def append_now(self, facts: Sequence[object], *, by_person: bool = False) -> None:
        """Commit these facts together, and return when they are safe."""
        self._hand_over(_Job(0 if by_person else 1, next(self._turn), facts=facts, done=Future()))

    def run(self, action: Callable[[duckdb.DuckDBPyConnection], Any], *, by_person: bool = False) -> Any:
        """Run something on the writing connection, in a transaction of its own, and return what it returns."""
        return self._hand_over(_Job(0 if by_person else 1, next(self._turn), action=action, done=Future()))

    def run_numbered(self, action: Callable[[duckdb.DuckDBPyConnection, int], int], *, by_person: bool = False) -> None:
        """The same for facts that come as whole tables: the action is given the next `seq`, and says how many it used."""

        def numbered(connection: duckdb.DuckDBPyConnection) -> None:
            self._next_seq += action(connection, self._next_seq)

        self.run(numbered, by_person=by_person)

    def run_together(self, action: Together, batch: Any) -> Any:
        """The same for what many people ask for at once: all batches that wait for this action share its transaction.

        A commit and the planning of statements cost much more than what one more batch adds. If it fails, each is tried alone.
        """
        job = _Job(0, next(self._turn), together=action, batch=batch, done=Future())
        return self._hand_over(job)

    async def append(self, facts: Sequence[object]) -> None:
        """The same as `append_now`, for the event loop."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._put(_Job(1, next(self._turn), facts=facts, done=done, loop=loop))
        await done

    async def run_async(self, action: Callable[[duckdb.DuckDBPyConnection], Any]) -> Any:
        """The same as `run`, for the event loop."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._put(_Job(1, next(self._turn), action=action, done=done, loop=loop))
        return await done

    @property
    def is_working(self) -> bool:
        """Whether it takes jobs: it was not closed, and its thread lives."""
        return not self._closed and self._thread.is_alive()

    def close(self) -> None:
        """Commit what is waiting, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(_Job(2, next(self._turn), closes=True))
        self._thread.join()

    def _put(self, job: _Job) -> None:
        with self._gate:
            if self._closed:
                raise ProjectError("The project is closed", to_do="Open it again.")
            self._jobs.put(job)

    def _hand_over(self, job: _Job) -> Any:
        self._put(job)
        assert isinstance(job.done, Future)
        return job.done.result()

    def _work(self) -> None:
        while not (job := self._jobs.get()).closes:
            self._do(job)
            self._between()

    def _do(self, job: _Job) -> None:
        if job.action is not None:
            outcome = self._attempt(partial(job.action, self._connection))
            self.by_people += job.rank == 0
            self._settle([job], *outcome)
        elif job.together is not None:
            self._do_together(self._alike(job))
        else:
            jobs = self._facts_from(job)
            self._is_busy = len(jobs) > 1
            self._commit(jobs)

    def _facts_from(self, first: _Job) -> list[_Job]:
        """What waits behind facts and is facts too, as far as one transaction should go.

        Where an engine's facts came together last time, they are gathered for a moment, and people's jobs go first meanwhile: a
        transaction of one call costs nearly as much as one of ten, and people (and other projects) would wait for each of them.
        """
        batch, facts = [first], len(first.facts)
        until_s = time.monotonic() + (_GATHER_S if first.rank and self._is_busy else 0.0)
        while facts < _MOST_FACTS:
            try:
                rest_s = until_s - time.monotonic() if len(batch) < _ENOUGH else 0.0
                following = self._jobs.get(timeout=max(0.0, rest_s))
            except queue.Empty:
                break
            if following.rank < first.rank:
                self._do(following)
            elif following.action is not None or following.together is not None or following.closes:
                self._jobs.put(following)
                break
            else:
                batch.append(following)
                facts += len(following.facts)
        return batch

    def _alike(self, first: _Job) -> list[_Job]:
        """What waits right behind a job and is done together with it."""
        alike = [first]
        while len(alike) < _MOST_TOGETHER:
            try:
                following = self._jobs.get_nowait()
            except queue.Empty:
                break
            if following.together is not first.together:
                self._jobs.put(following)
                break
            alike.append(following)
        return alike

    def _do_together(self, jobs: list[_Job]) -> None:
        results, error = self._attempt(partial(self._together, jobs))
        self.by_people += len(jobs)
        if error is not None and len(jobs) > 1:  # one unusable batch must not take its neighbours with it
            for job in jobs:
                self._do_together([job])
            return
        for nth, job in enumerate(jobs):
            self._settle([job], results[nth] if error is None else None, error)

    def _together(self, jobs: list[_Job]) -> Sequence[Any]:
        assert jobs[0].together is not None
        used, results = jobs[0].together(self._connection, self._next_seq, [job.batch for job in jobs])
        self._next_seq += used
        return results

    def _commit(self, batch: list[_Job]) -> None:
        result, error = self._add([fact for job in batch for fact in job.facts])
        if error is None or len(batch) == 1:
            self._settle(batch, result, error)
            return
        for job in batch:  # one unusable fact must not take its neighbours with it
            self._settle([job], *self._add(list(job.facts)))

    def _add(self, facts: list[object]) -> tuple[Any, BaseException | None]:
        """Facts are nearly always new, which is cheap to write; only if some are not, each is looked up."""
        result, error = self._attempt(partial(self._write, facts, are_new=True))
        if isinstance(error, duckdb.ConstraintException):
            result, error = self._attempt(partial(self._write, facts, are_new=False))
        return result, error

    def _attempt(self, action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        """Do it in one transaction. An error belongs to whoever waits for the job, not to this thread."""
        seq_before = self._next_seq
        try:
            self._connection.execute("begin")
            result = action()
            self._connection.execute("commit")
        except _OF_THE_JOB as error:
            self._next_seq = seq_before
            try:
                self._connection.execute("rollback")
            except duckdb.Error:
                pass  # the failed commit has rolled back already
            return None, translated(error)
        return result, None

    def _write(self, facts: list[object], *, are_new: bool) -> None:
        self._next_seq += write_facts(self._connection, facts, self._next_seq, are_new=are_new)

    def _settle(self, batch: list[_Job], result: Any, error: BaseException | None) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[Any]]] = {}
        for job in batch:
            if isinstance(job.done, asyncio.Future) and job.loop is not None:
                by_loop.setdefault(job.loop, []).append(job.done)
            elif isinstance(job.done, Future):
                _finish(job.done, result, error)
        for loop, waiting in by_loop.items():  # one wake-up a loop, not one a fact
            if not loop.is_closed():
                loop.call_soon_threadsafe(_finish_all, waiting, result, error)


def _finish(done: "Future[Any] | asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


def _finish_all(waiting: list[asyncio.Future[Any]], result: Any, error: BaseException | None) -> None:
    for done in waiting:
        _finish(done, result, error)


def translated(error: BaseException) -> BaseException:
    """The person's words for what DuckDB says; a bug stays what it is."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return ProjectError(
            "The database needs more memory than it may take",
            to_do=f"Set EVOL_STUDIO_DB_MEMORY to more (now: {said_limit()}), start again, then do it again. What was saved is kept.",
        )
    text = str(error).lower()
    if any(words in text for words in ("no space left", "disk full", "disk is full", "file too large")):
        return DiskFull("The disk is full", to_do="Free some space, then resume. All committed results are kept.")
    if "read-only" in text or "permission denied" in text:
        return ProjectError("The project's file cannot be written", to_do="Check its permissions.")
    return error


class DiskFull(ProjectError):
    """Nothing more can be written; what was acknowledged is safe."""
