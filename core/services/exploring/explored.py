"""What Explore works out in the background, in this process: diversity and comparisons, kept until somebody wants them anew."""

import threading
from collections.abc import Callable
from functools import partial

from core.domain.diversity import Comparison, Diversity
from core.domain.person import Actor
from core.services.access import may_read
from core.services.evaluating.result_jobs import JobNow, Jobs, Progress
from core.services.exploring import comparing, diversity
from core.services.projects import Project
from core.store import diversity_reading, embedding_reading

Asked = diversity.Question | comparing.Question


def _tell_nobody(_: int, __: int) -> None: ...


class Explored:
    """The work of every open project. What was found stays, with the mark of the log that it was found at."""

    def __init__(self) -> None:
        self._jobs: dict[str, Jobs] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may ask first at once

    def ask(self, actor: Actor, project: Project, asked: Asked) -> JobNow:
        """Begin it if nobody has, and say how far it is; `found` is a Diversity or a Comparison then."""
        may_read(actor)
        return self._of(project).ask(asked, _work(project, asked))

    def stop(self, actor: Actor, project: Project, asked: Asked) -> None:
        """End it; nothing is kept of it."""
        may_read(actor)
        self._of(project).stop(asked)

    def again(self, actor: Actor, project: Project, asked: Asked) -> None:
        """Forget what was found: whoever asks next begins anew."""
        may_read(actor)
        self._of(project).again(asked)

    def close(self) -> None:
        for jobs in self._jobs.values():
            jobs.close()

    def _of(self, project: Project) -> Jobs:
        with self._guard:
            return self._jobs.setdefault(project.slug, Jobs())


def _work(project: Project, asked: Asked) -> Callable[[Progress], Diversity | Comparison]:
    if isinstance(asked, diversity.Question):
        return partial(diversity.worked_out, project, asked)
    return partial(comparing.worked_out, project, asked)


def worked_out(actor: Actor, project: Project, asked: Asked, told: Progress = _tell_nobody) -> Diversity | Comparison:
    """The same here and now, for whoever waits: commands and reports."""
    may_read(actor)
    return _work(project, asked)(told)


def mark(actor: Actor, project: Project) -> int:
    """Grows with everything that can change what was found."""
    may_read(actor)
    return diversity_reading.mark(project.database)


def models(actor: Actor, project: Project) -> dict[str, int]:
    """How many texts each model has embedded here, most first; empty if none has."""
    may_read(actor)
    return dict(embedding_reading.models(project.database))


def references(actor: Actor, project: Project) -> dict[str, str]:
    """What each reference set is called, by its id."""
    may_read(actor)
    return diversity_reading.references(project.database)
