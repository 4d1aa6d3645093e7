"""Argilla in the background: sending and fetching with progress, and fetching again every so many minutes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from core.domain.argilla import LinkEventKind
from core.domain.calling import CallProgress
from core.domain.person import Actor, Role
from core.errors import StudioError
from core.services.access import may_grow, may_read
from core.services.exchanging.argilla import Argilla
from core.services.exchanging.argilla_push import Stopped
from core.services.jobs import Job, Jobs
from core.services.projects import Project, Projects
from core.store import argilla_reading

STUDIO = Actor(person_id="studio", name="The studio", role=Role.CURATOR)  # who fetches when nobody asks
_LOOK_S = 10.0
_PATIENCE_S = 5.0  # at the end: what is then still going ends with the process, and goes on the next time
_TRIED = (LinkEventKind.PULLED, LinkEventKind.FAILED, LinkEventKind.EVERY, LinkEventKind.PUSHED)


class ArgillaWork:
    """What goes on over links: at most one thing a link."""

    def __init__(self, argilla: Argilla, projects: Projects) -> None:
        self._argilla, self._projects = argilla, projects
        self._jobs = Jobs("argilla")
        self._begun: set[str] = set()
        self._ending = threading.Event()
        self._clock = threading.Thread(target=self._watch, name="argilla-clock", daemon=True)

    def begin_push(self, actor: Actor, project: Project, link_id: str) -> None:
        """Send in a thread of its own; nothing happens while something goes on over this link."""
        may_grow(actor)
        self._begin(_name(project, link_id), partial(self._push, actor, project, link_id))

    def begin_pull(self, actor: Actor, project: Project, link_id: str) -> None:
        """The same for fetching."""
        may_grow(actor)
        self._begin(_name(project, link_id), partial(self._pull, actor, project, link_id))

    def stop(self, actor: Actor, project: Project, link_id: str) -> None:
        """End it after the batch that is under way; what was sent or fetched stays."""
        may_grow(actor)
        self._jobs.stop(_name(project, link_id))

    def progress(self, actor: Actor, project: Project, link_id: str) -> CallProgress | None:
        """How far it is, or how it ended; None if nothing was begun since the studio started."""
        may_read(actor)
        return self._jobs.progress(_name(project, link_id))

    def wait(self, actor: Actor, project: Project, link_id: str, timeout_s: float) -> bool:
        """Until it has ended; False when the time is over first."""
        may_read(actor)
        return self._jobs.wait(_name(project, link_id), timeout_s)

    def watch(self) -> None:
        """From now on fetch what is to be fetched every so many minutes, in every project that is open."""
        self._clock.start()

    def close(self) -> None:
        """End after the batches that are under way: the projects are closed next."""
        self._ending.set()
        if self._clock.is_alive():
            self._clock.join(_PATIENCE_S)
        for name in self._begun:
            self._jobs.stop(name)
        for name in self._begun:
            self._jobs.wait(name, _PATIENCE_S)

    def fetch_what_is_due(self, now: datetime) -> None:
        """Begin to fetch over every link whose time has come. A try that failed counts: a server that is gone is not asked at once."""
        for project in self._projects.opened():
            happened = argilla_reading.happened(project.database)
            ended = {link for link, kind in happened if kind is LinkEventKind.ENDED}
            for (link, kind), every in happened.items():
                if kind is not LinkEventKind.EVERY or every.detail == "0" or link in ended:
                    continue
                last = max(one.at for one in (happened.get((link, tried)) for tried in _TRIED) if one is not None)
                if now - last >= timedelta(minutes=int(every.detail)):
                    self.begin_pull(STUDIO, project, link)

    def _begin(self, name: str, work: Callable[[Job], None]) -> None:
        self._begun.add(name)
        self._jobs.begin(name, 0, work)

    def _watch(self) -> None:
        while not self._ending.wait(_LOOK_S):
            try:
                self.fetch_what_is_due(datetime.now(UTC))
            except StudioError:  # a project was closed meanwhile: the others are looked at the next time
                continue

    def _push(self, actor: Actor, project: Project, link_id: str, job: Job) -> None:
        self._argilla.push(actor, project, link_id, partial(_tell, job))

    def _pull(self, actor: Actor, project: Project, link_id: str, job: Job) -> None:
        self._argilla.pull(actor, project, link_id, partial(_tell, job))


def _tell(job: Job, done: int, total: int) -> None:
    job.reach(done, total)
    if job.stopping:
        raise Stopped("Stopped", to_do="What was done until then stays.")


def _name(project: Project, link_id: str) -> str:
    return f"argilla {project.slug} {link_id}"
