"""Drawings and embeddings in the background: how far each is, stopped at once, its child process ended with it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from core.domain.map import MapPhase, MapProgress
from core.errors import StudioError
from core.services.exploring.map_order import ChildOrder, ChildSaid

_ROOT = Path(__file__).parents[3]
_LOG = "child.log"
# Threads that wait for each other sleep: on a busy machine they would else spin away as much time again as they work.
_PASSIVE = {"OMP_WAIT_POLICY": "passive"}


class Stopped(StudioError):
    """Nobody wants it any more."""


@dataclass(slots=True)
class MapJob:
    """One piece of work: written by its thread, read by pages."""

    now: MapProgress = field(default_factory=lambda: MapProgress(phase=MapPhase.TEXTS))
    stopping: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _wake: Callable[[], None] | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)  # guards `_wake`: a stop may come while it is set

    def tell(self, phase: MapPhase, done: int = 0, total: int = 0) -> None:
        """Say how far it is. Raises Stopped once it is to stop."""
        if self.stopping.is_set():
            raise Stopped("Stopped", to_do="What was embedded is kept.")
        if phase is not self.now.phase:
            self._began = time.monotonic()
        self.now = replace(self.now, phase=phase, done=done, total=total, seconds=time.monotonic() - self._began)

    def paid(self, usd: float | None) -> None:
        """Say what it has cost so far; None: that is not known."""
        self.now = replace(self.now, usd=usd)

    @contextmanager
    def woken_by(self, wake: Callable[[], None]) -> Iterator[None]:
        """Inside the block a stop calls this, from whatever thread: the work may be waiting for something."""
        with self._guard:
            self._wake = wake
        try:
            if self.stopping.is_set():
                wake()
            yield
        finally:
            with self._guard:
                self._wake = None

    def stop(self) -> None:
        with self._guard:
            self.stopping.set()
            if self._wake is not None:
                self._wake()

    def end(self, map_id: str, problem: str) -> None:
        self.now = replace(self.now, is_going=False, map_id=map_id, problem=problem)
        self.ended.set()


class MapJobs:
    """The work of this process, the last piece of each name. A name's next piece begins when the last one has ended."""

    def __init__(self) -> None:
        self._jobs: dict[str, MapJob] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def begin(self, name: str, work: Callable[[MapJob], str]) -> None:
        """Do `work` in a thread of its own; it returns the id of what it made. Nothing happens while one of this name is going."""
        with self._guard:
            before = self._jobs.get(name)
            if before is not None and before.now.is_going:
                return
            job = self._jobs[name] = MapJob()
        threading.Thread(target=_done, args=(job, work), name="map", daemon=True).start()

    def progress(self, name: str) -> MapProgress | None:
        """How far it is, or how it ended; None if none was begun since the studio started."""
        job = self._jobs.get(name)
        return job.now if job is not None else None

    def stop(self, name: str) -> None:
        """End it. What was embedded is kept."""
        if (job := self._jobs.get(name)) is not None:
            job.stop()

    def wait(self, name: str, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        job = self._jobs.get(name)
        return job is None or job.ended.wait(timeout_s)

    def close(self) -> None:
        """End all of them, and wait for it: none may write into what is closed next."""
        with self._guard:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        for job in jobs:
            job.ended.wait(5.0)


def _done(job: MapJob, work: Callable[[MapJob], str]) -> None:
    """A fault keeps its traceback (it ends the thread), and the job says that there was one."""
    map_id, problem = "", "A fault in the studio ended this; its log has the details"
    try:
        map_id, problem = work(job), ""
    except StudioError as error:
        problem = str(error)
    except CancelledError:
        problem = "The studio was closed"
    finally:
        job.end(map_id, problem)


def asked_of_child(job: MapJob, order: ChildOrder) -> Generator[ChildSaid]:
    """Let the child process do this, and give what it says. Raises StudioError when it cannot, Stopped when nobody wants it any more.

    The process is gone when this ends, however it ends.
    """
    log = Path(order.folder) / _LOG
    with log.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "core.services.exploring.map_child"],
            cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=os.environ | _PASSIVE,
        )  # fmt: skip
    try:
        with job.woken_by(child.kill):
            yield from _heard(job, child, order, log)
    finally:
        _ended(child)


def _heard(job: MapJob, child: subprocess.Popen[bytes], order: ChildOrder, log: Path) -> Iterator[ChildSaid]:
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        child.stdin.flush()
    for line in child.stdout:
        said = ChildSaid(**json.loads(line))
        if said.problem:
            raise StudioError(said.problem, to_do=said.to_do)
        yield said
    if job.stopping.is_set():
        raise Stopped("Stopped", to_do="What was embedded is kept.")
    if (code := child.wait()) != 0:
        raise StudioError(
            f"The process that draws maps ended with {code}. Its last words: {_last_words(log)}",
            to_do="Often memory is short: close other programs, or draw fewer texts. What was embedded is kept.",
        )


def _ended(child: subprocess.Popen[bytes]) -> None:
    """Whatever it does: kill it, and wait until it is gone."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.kill()
    child.wait()
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    child.stdout.close()


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return "none"
    return next((line.strip() for line in reversed(lines) if line.strip()), "none")[:300]
