"""All accepted instructions without an answer, answered in the background: with progress, and it can be stopped."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from core.domain.answering import Answered, AnswerProgress
from core.domain.person import Actor
from core.errors import BadInput, NotFound, RunRefused, StudioError
from core.services.access import may_grow, may_read
from core.services.answers import Answers
from core.services.projects import Project
from core.store import answer_reading

_AT_ONCE = 8  # calls of one list; an endpoint's own limits hold besides
_A_PAGE = 500  # ids in memory


@dataclass(slots=True)
class _Job:
    """One list at work. Its threads count under `guard`, pages read `now`."""

    now: AnswerProgress
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answered: Answered | None) -> None:
        with self.guard:
            now = self.now
            usd = answered.cost_usd if answered else None
            is_there = answered is not None and not answered.problem
            self.now = replace(
                now,
                answered=now.answered + is_there,
                failed=now.failed + (not is_there),
                usd=now.usd if usd is None else (now.usd or 0.0) + usd,
                seconds=time.monotonic() - self.began,
            )

    def stop(self, reason: str) -> None:
        with self.guard:
            self.stopping = True
            self.now = replace(self.now, reason=self.now.reason or reason)

    def end(self, reason: str) -> None:
        with self.guard:
            self.now = replace(self.now, is_going=False, reason=self.now.reason or reason)


class AnswerLists:
    """The lists of this process, at most one a project."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._jobs: dict[str, _Job] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def start(self, actor: Actor, project: Project) -> None:
        """Begin in the background; nothing happens while one goes. Raises StudioError if the first cannot be asked."""
        may_grow(actor)
        first = answer_reading.waiting(project.database, most=1)
        if not first:
            return
        if refusal := self._answers.offer(actor, project, first[0].id).refusal:
            raise RunRefused("Nobody can be asked for answers", to_do=refusal)
        with self._guard:
            going = self._jobs.get(project.slug)
            if going is not None and going.now.is_going:
                return
            job = _Job(AnswerProgress(total=answer_reading.count_waiting(project.database)))
            self._jobs[project.slug] = job
        work = threading.Thread(target=self._work, args=(actor, project, job), name="answers", daemon=True)
        work.start()

    def stop(self, actor: Actor, project: Project) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        if (job := self._jobs.get(project.slug)) is not None:
            job.stop("Stopped")

    def progress(self, actor: Actor, project: Project) -> AnswerProgress | None:
        """How far it is; None if none was begun since the studio started."""
        may_read(actor)
        job = self._jobs.get(project.slug)
        return job.now if job is not None else None

    def _work(self, actor: Actor, project: Project, job: _Job) -> None:
        reason = "A fault in the studio ended this"
        try:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers") as pool:
                for page in _pages(project, job):
                    list(pool.map(lambda id_: self._one(actor, project, job, id_), page))
            reason = ""
        except StudioError as error:
            reason = str(error)
        except CancelledError:
            reason = "The studio was closed"
        finally:
            job.end(reason)

    def _one(self, actor: Actor, project: Project, job: _Job, id_: str) -> None:
        """Answer one. What would fail for every other one too ends the list; a failure of one does not."""
        if job.stopping:
            return
        try:
            answered = self._answers.answer(actor, project, id_)
        except (BadInput, NotFound):  # somebody answered or undid it meanwhile
            return
        except StudioError as error:
            job.stop(str(error))
            return
        job.count(answered)
        if answered.stops:
            job.stop(answered.problem)


def _pages(project: Project, job: _Job) -> Iterator[Sequence[str]]:
    """Every id that waited when its turn came, once: what failed is not asked again in the same list."""
    after = 0
    while not job.stopping:
        found = answer_reading.waiting(project.database, most=_A_PAGE, after=after)
        if not found:
            return
        after = found[-1].seq
        yield [one.id for one in found]
