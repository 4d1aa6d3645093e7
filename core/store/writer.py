"""The single writer: one thread, one connection, many facts a transaction.

Whoever has facts hands them over and waits; the writer takes what has gathered and commits it at once. Acknowledged
means committed: an acknowledged fact survives kill -9. `seq` is given here and nowhere else.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import duckdb

from core.domain.instruction import InstructionState
from core.domain.task import Task
from core.errors import ProjectError
from core.store.tables import ORDER, arrow_batch, states_after, table_of

_MOST_FACTS = 4_000  # a transaction; bounds the wait of the first in line


@dataclass(order=True, slots=True)
class _Job:
    """Something to commit. People's decisions (rank 0) go before the engine's rows (rank 1)."""

    rank: int
    turn: int
    facts: Sequence[object] = field(compare=False, default=())
    action: Callable[[duckdb.DuckDBPyConnection], Any] | None = field(compare=False, default=None)
    done: "Future[Any] | asyncio.Future[Any] | None" = field(compare=False, default=None)
    loop: asyncio.AbstractEventLoop | None = field(compare=False, default=None)
    closes: bool = field(compare=False, default=False)


class Writer:
    """Owns the writing connection. Every method may be called from any thread or loop."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, next_seq: int) -> None:
        self._connection = connection
        self._next_seq = next_seq
        self._turn = count()
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._thread = threading.Thread(target=self._work, name="log-writer", daemon=True)
        self._thread.start()

    def append_now(self, facts: Sequence[object], *, by_person: bool = False) -> None:
        """Commit these facts together, and return when they are safe."""
        self._hand_over(_Job(0 if by_person else 1, next(self._turn), facts=facts, done=Future()))

    def run(self, action: Callable[[duckdb.DuckDBPyConnection], Any]) -> Any:
        """Run something on the writing connection, in a transaction of its own, and return what it returns."""
        return self._hand_over(_Job(1, next(self._turn), action=action, done=Future()))

    async def append(self, facts: Sequence[object]) -> None:
        """The same as `append_now`, for the event loop."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(_Job(1, next(self._turn), facts=facts, done=done, loop=loop))
        await done

    async def run_async(self, action: Callable[[duckdb.DuckDBPyConnection], Any]) -> Any:
        """The same as `run`, for the event loop."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(_Job(1, next(self._turn), action=action, done=done, loop=loop))
        return await done

    def close(self) -> None:
        """Commit what is waiting, then stop."""
        self._jobs.put(_Job(2, next(self._turn), closes=True))
        self._thread.join()

    def _hand_over(self, job: _Job) -> Any:
        if not self._thread.is_alive():
            raise ProjectError("The project is closed", to_do="Open it again.")
        self._jobs.put(job)
        assert isinstance(job.done, Future)
        return job.done.result()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job.closes:
                return
            if job.action is not None:
                self._settle([job], *self._attempt(partial(job.action, self._connection)))
                continue
            batch = [job]
            facts = len(job.facts)
            while facts < _MOST_FACTS:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following.action is not None or following.closes:
                    self._jobs.put(following)
                    break
                batch.append(following)
                facts += len(following.facts)
            self._commit(batch)

    def _commit(self, batch: list[_Job]) -> None:
        result, error = self._attempt(lambda: self._write([fact for job in batch for fact in job.facts]))
        if error is None or len(batch) == 1:
            self._settle(batch, result, error)
            return
        for job in batch:  # one unusable fact must not take its neighbours with it
            self._settle([job], *self._attempt(partial(self._write, list(job.facts))))

    def _attempt(self, action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        """Do it in one transaction. An error belongs to whoever waits for the job, not to this thread."""
        seq_before = self._next_seq
        try:
            self._connection.execute("begin")
            result = action()
            self._connection.execute("commit")
        except (duckdb.Error, OSError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
            self._next_seq = seq_before
            try:
                self._connection.execute("rollback")
            except duckdb.Error:
                pass  # the failed commit has rolled back already
            return None, translated(error)
        return result, None

    def _write(self, facts: list[object]) -> None:
        by_kind: dict[type, list[object]] = {}
        for fact in facts:
            by_kind.setdefault(type(fact), []).append(fact)
        if tasks := by_kind.get(Task):
            by_kind[Task] = list({task.id: task for task in tasks if isinstance(task, Task)}.values())
        if states := states_after(facts):
            by_kind[InstructionState] = list(states)
        unknown = set(by_kind) - set(ORDER)
        if unknown:
            raise TypeError(f"not facts: {unknown}")
        for kind in ORDER:
            if rows := by_kind.get(kind):
                self._insert(kind, rows)

    def _insert(self, kind: type, rows: list[Any]) -> None:
        table = table_of(kind)
        self._connection.register("batch", arrow_batch(kind, rows, self._next_seq))
        self._connection.execute(table.insert)
        self._connection.unregister("batch")  # after a failure the next batch replaces it
        if table.has_seq:
            self._next_seq += len(rows)

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
    text = str(error).lower()
    if "no space left" in text or "disk full" in text or "disk is full" in text:
        return DiskFull("The disk is full", to_do="Free some space, then resume. All committed results are kept.")
    if "read-only" in text or "permission denied" in text:
        return ProjectError("The project's file cannot be written", to_do="Check its permissions.")
    return error


class DiskFull(ProjectError):
    """Nothing more can be written; what was acknowledged is safe."""
