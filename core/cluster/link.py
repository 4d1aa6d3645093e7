"""The app's end of the line to a cluster: a child process that drives Ray, and the questions that are out there.

Belongs to the engines' event loop. Nothing here is Ray's: if the cluster, its head or the child dies, questions fail as values.
"""

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from core.cluster.wire import NEWS, ORDER, QUESTION, Answer, News, Order, Question, failed, read_answer
from core.domain.call import ErrorKind
from core.domain.cluster import WorkerNow, WorkerState

_LONGEST_LINE: Final = 2**27
_PATIENCE_S: Final = 60.0  # for a worker that the cluster has not placed
_END_S: Final = 3.0
_REST_S: Final = 30.0
_SERVES: Final = (WorkerState.OPENING, WorkerState.READY)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Owed:
    """A question that is out there."""

    worker: int
    answer: "asyncio.Future[Answer]"
    began: float

    @property
    def latency_ms(self) -> float:
        """Until now. Whoever counts failures tells by it which of them have one cause."""
        return 1000 * (time.perf_counter() - self.began)

    def settle(self, answer: Answer) -> None:
        """The first answer counts."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Link:
    """One crew. The child starts with the first question, and again when it has died."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], order: Order) -> None:
        """`command` starts the child, in `folder`, with this environment."""
        self._command, self._folder, self._environment, self._order = tuple(command), folder, environment, order
        self._child: asyncio.subprocess.Process | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._log: IO[bytes] | None = None
        self._starting = asyncio.Lock()  # guards one start: whoever comes second finds the first one's child
        self._numbers = itertools.count(1)
        self._owed: dict[int, _Owed] = {}
        self._crew = {number: WorkerNow(number=number) for number in range(1, order.workers + 1)}
        self._busy = dict.fromkeys(self._crew, 0)
        self._seen = News()
        self._news: asyncio.Future[None] | None = None  # done when something has changed; whoever waits shares it
        self._problem = ""
        self._rests_until = 0.0
        self._nobody_since = 0.0
        self._is_closed = False

    @property
    def crew(self) -> tuple[WorkerNow, ...]:
        """How the workers stand."""
        return tuple(self._crew.values())

    def is_there(self, worker: int) -> bool:
        """Whether it can be asked now."""
        return self._crew[worker].state is WorkerState.READY

    def busy(self, worker: int) -> int:
        """How many questions it has in hand."""
        return self._busy[worker]

    async def ask(self, workers: Sequence[int], question: Question, within_s: float) -> Answer:
        """What the least busy of these says; a failure if none is there (`comes`), if it dies, or says nothing for `within_s`."""
        ready = [one for one in workers if self.is_there(one)]
        if not ready:
            words = next((self._crew[one].words for one in workers if self._crew[one].words), "")
            return failed(ErrorKind.UNREACHABLE, self._problem or words or "the cluster has no place for a worker")
        worker = min(ready, key=self.busy)
        self._busy[worker] += 1
        try:
            return await self._ask(worker, question, within_s)
        finally:
            self._busy[worker] -= 1

    async def _ask(self, worker: int, question: Question, within_s: float) -> Answer:
        child, number = self._child, next(self._numbers)
        if child is None or child.stdin is None:
            return failed(ErrorKind.UNREACHABLE, "the link to the cluster was lost")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        owed = self._owed[number] = _Owed(worker=worker, answer=answer, began=time.perf_counter())
        try:
            child.stdin.write(b"%d %d " % (number, worker) + QUESTION.dump_json(question) + b"\n")
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            # A worker that hangs is replaced long before: it is the child that does not hear any more.
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            late = f"worker {worker} gave no answer within {within_s:g} s"
            return failed(ErrorKind.TIME_OUT, late, owed.latency_ms)
        except (BrokenPipeError, ConnectionResetError):
            return failed(ErrorKind.UNREACHABLE, "the link to the cluster was lost")
        finally:
            self._owed.pop(number, None)

    async def news(self, within_s: float) -> News:
        """The child's first words, for an order that only looks."""
        await self._start()
        try:
            async with asyncio.timeout(within_s):
                while not (self._seen.nodes or self._problem):
                    await self._something()
        except TimeoutError:
            return News(problem="The cluster did not answer in time")
        return self._seen

    async def close(self) -> None:
        """End the child, and with it the workers. What is out there fails."""
        self._is_closed = True
        if self._child is not None and self._hearing is not None:
            if self._child.stdin is not None:
                self._child.stdin.close()
            try:
                await asyncio.wait_for(asyncio.shield(self._hearing), _END_S)
            except TimeoutError:
                self._child.kill()
                await self._hearing

    async def _start(self) -> None:
        async with self._starting:
            if self._child is not None or self._is_closed or time.monotonic() < self._rests_until:
                return
            self._problem, self._seen, self._nobody_since = "", News(), time.monotonic()
            self._crew = {number: WorkerNow(number=number) for number in self._crew}
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the child has ended
            self._child = await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, env=self._environment, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=self._log, limit=_LONGEST_LINE,
            )  # fmt: skip
            assert self._child.stdin is not None
            self._child.stdin.write(ORDER.dump_json(self._order) + b"\n")
            self._hearing = asyncio.create_task(self._hear(self._child))

    async def comes(self, workers: Sequence[int]) -> None:
        """Wait until one of these is ready: minutes while one opens what it will ask, else not for long. Starts the child.

        It comes back without one when there is no hope: the cluster does not take us, or has had no place for anybody for a minute.
        """
        await self._start()
        while not (self._problem or self._is_closed or any(map(self.is_there, workers))):
            left_s = _PATIENCE_S if self._is_somebody() else self._nobody_since + _PATIENCE_S - time.monotonic()
            if left_s <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._something()

    def _is_somebody(self) -> bool:
        """Whether the cluster has a place for anybody."""
        return any(one.state in _SERVES for one in self.crew)

    async def _something(self) -> None:
        """Until there is news."""
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._news)

    def _tell(self) -> None:
        if self._news is not None:
            self._news.set_result(None)
            self._news = None

    async def _hear(self, child: asyncio.subprocess.Process) -> None:
        """Everything that the child says, until it ends."""
        assert child.stdout is not None
        while line := await child.stdout.readline():
            number, _, said = line.partition(b" ")
            if number == b"0":
                self._learn(said)
            elif number.isdigit() and int(number) in self._owed:
                self._owed[int(number)].settle(read_answer(said))
        await child.wait()
        self._ended()

    def _learn(self, said: bytes) -> None:
        try:
            news = NEWS.validate_json(said)
        except ValidationError:
            return
        self._seen, self._problem = news, news.problem or self._problem
        was_somebody = self._is_somebody()
        self._crew |= {one.number: one for one in news.workers}
        if was_somebody or self._is_somebody():
            self._nobody_since = time.monotonic()
        for one in news.workers:
            if one.state not in _SERVES:
                self._lose(one.number, one.words)
        self._tell()

    def _lose(self, worker: int, why: str) -> None:
        """What this worker had in hand may have been asked, and paid for; it goes to whoever is there."""
        for owed in self._owed.values():
            if owed.worker == worker:
                owed.settle(failed(ErrorKind.TIME_OUT, why or f"worker {worker} was lost", owed.latency_ms))

    def _ended(self) -> None:
        """The child is gone: nobody is there, until the next question starts another one."""
        words = self._last_words()
        why = self._problem = self._problem or f"the process that drives the cluster ended: {words}"
        self._child = None
        if all(one.state is WorkerState.COMING for one in self._crew.values()):
            self._rests_until = time.monotonic() + _REST_S  # it was not taken in: at once it would not be either
        for number in self._crew:
            self._crew[number] = WorkerNow(number=number, state=WorkerState.LOST, words=why)
            self._lose(number, why)
        self._tell()

    def _last_words(self) -> str:
        if self._log is None:
            return "it said nothing"
        self._log.seek(max(0, self._log.seek(0, 2) - 4096))
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        self._log.close()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")[:300]
