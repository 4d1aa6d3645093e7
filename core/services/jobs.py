"""Work in the background that is done bit by bit: begun, counted, stopped, ended. At most one of a name at a time."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.domain.calling import CallProgress
from core.errors import StudioError
from core.services.log_lines import facts

_log = logging.getLogger(__name__)


class Came(StrEnum):
    """What came of one bit."""

    KEPT = "kept"
    UNCLEAR = "unclear"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """One piece of work. Its threads count under `guard`, pages read `now`."""

    now: CallProgress
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    guard: threading.Lock = field(default_factory=threading.Lock)
    _wake: Callable[[], None] | None = None

    def count(self, came: Came | None, *, tokens: int = 0, usd: float | None = None) -> None:
        """One more; None: only money was spent on it so far. `usd` is None if its price is not known."""
        with self.guard:
            now = self.now
            self.now = replace(
                now,
                kept=now.kept + (came is Came.KEPT),
                unclear=now.unclear + (came is Came.UNCLEAR),
                failed=now.failed + (came is Came.FAILED),
                tokens=now.tokens + tokens,
                usd=now.usd if usd is None else (now.usd or 0.0) + usd,
                seconds=time.monotonic() - self.began,
            )

    def reach(self, done: int, total: int) -> None:
        """So many are done, of so many, where nobody counts them one by one."""
        with self.guard:
            self.now = replace(self.now, kept=done, total=total, seconds=time.monotonic() - self.began)

    def when_stopped(self, wake: Callable[[], None]) -> None:
        """Call this, from whatever thread, as soon as the work is to stop: it may be waiting."""
        with self.guard:
            self._wake = wake
            is_late = self.stopping
        if is_late:
            wake()

    def stop(self, reason: str) -> None:
        """Begin nothing more; what is under way is finished and kept. The first reason holds."""
        with self.guard:
            self.stopping = True
            self.now = replace(self.now, reason=self.now.reason or reason)
            wake = self._wake
        if wake is not None and not self.ended.is_set():
            wake()

    def end(self, reason: str) -> None:
        with self.guard:
            self.stopping, self._wake = True, None
            self.now = replace(
                self.now, is_going=False, reason=self.now.reason or reason, seconds=time.monotonic() - self.began
            )
        self.ended.set()


class Jobs:
    """The jobs of one kind in this process, by name. What was begun before the studio started is not among them."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def begin(self, name: str, total: int, work: Callable[[Job], None]) -> None:
        """Do `work` in a thread of its own; nothing happens while the job of this name is going."""
        with self._guard:
            if self.is_going(name):
                return
            job = Job(CallProgress(total=total))
            self._jobs[name] = job
        threading.Thread(target=_done, args=(job, work), name=self._kind, daemon=True).start()

    def is_going(self, name: str) -> bool:
        job = self._jobs.get(name)
        return job is not None and job.now.is_going

    def stop(self, name: str) -> None:
        """Nothing happens to what is not going."""
        if (job := self._jobs.get(name)) is not None and job.now.is_going:
            job.stop("Stopped")

    def progress(self, name: str) -> CallProgress | None:
        """How far it is, or how it ended; None if none was begun since the studio started."""
        job = self._jobs.get(name)
        return job.now if job is not None else None

    def wait(self, name: str, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        job = self._jobs.get(name)
        return job is None or job.ended.wait(timeout_s)


def _done(job: Job, work: Callable[[Job], None]) -> None:
    """A fault keeps its traceback (it ends the thread), and the job says that there was one."""
    reason = "A fault in the studio ended this"
    try:
        work(job)
        reason = ""
    except StudioError as error:
        reason = str(error)
    except CancelledError:
        reason = "The studio was closed"
    finally:
        job.end(reason)
        kind, seconds = threading.current_thread().name, round(job.now.seconds, 2)
        _log.info("job ended", extra=facts(kind=kind, kept=job.now.kept, seconds=seconds, well=not job.now.reason))
