"""What takes seconds to work out (resampling, agreement of many): in a thread each, with progress, and kept when it is done."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import StudioError

Progress = Callable[[int, int], None]
_MOST_KEPT = 60
_IN_PASSING_S = 0.3  # who asks waits this long: what is quick needs no progress


class _Stopped(StudioError):
    """Nobody wants it any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobNow:
    """How far it is. `found` is there once it is not going any more, unless `problem` says why not."""

    done: int = 0
    total: int = 0
    seconds: float = 0.0
    is_going: bool = True
    found: Any = None
    problem: str = ""

    @property
    def left_s(self) -> float | None:
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass(slots=True)
class _Job:
    """One piece of work: written by its thread, read by pages."""

    now: JobNow = field(default_factory=JobNow)
    began: float = field(default_factory=time.monotonic)
    stopping: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """The work on one study's results, by what it is about. The same question is worked on once."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Hashable, _Job] = OrderedDict()
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def ask(self, key: Hashable, work: Callable[[Progress], Any]) -> JobNow:
        """Begin it if nobody has, and say how far it is. `work` tells its progress to what it is given."""
        with self._guard:
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = _Job()
                threading.Thread(target=_work, args=(job, work), name="results", daemon=True).start()
            self._jobs.move_to_end(key)
            self._forget()
        job.over.wait(_IN_PASSING_S if job.now.done == 0 else 0)
        return replace(job.now, seconds=time.monotonic() - job.began) if job.now.is_going else job.now

    def stop(self, key: Hashable) -> None:
        """End it; nothing is kept of it."""
        if (job := self._jobs.get(key)) is not None:
            job.stopping.set()

    def again(self, key: Hashable) -> None:
        """Forget how it ended: whoever asks begins anew."""
        with self._guard:
            if key in self._jobs and not self._jobs[key].now.is_going:
                del self._jobs[key]

    def _forget(self) -> None:
        for key in list(self._jobs)[: max(0, len(self._jobs) - _MOST_KEPT)]:
            if not self._jobs[key].now.is_going:
                del self._jobs[key]

    def close(self) -> None:
        """End all of it: nobody will ask any more."""
        with self._guard:
            for job in self._jobs.values():
                job.stopping.set()


def _work(job: _Job, work: Callable[[Progress], Any]) -> None:
    def told(done: int, total: int) -> None:
        if job.stopping.is_set():
            raise _Stopped("It was stopped")
        job.now = replace(job.now, done=done, total=total)

    problem, found = "A fault in the studio ended this; its log has the details", None
    try:
        found, problem = work(told), ""
    except StudioError as error:
        problem = str(error)
    finally:
        job.now = replace(job.now, is_going=False, found=found, problem=problem, seconds=time.monotonic() - job.began)
        job.over.set()
