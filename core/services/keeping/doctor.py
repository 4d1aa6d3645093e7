"""The doctor: looks at everything that a studio stands on, says how it is and what to do about it, and does what is safe to do."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.domain.calling import CallProgress
from core.domain.person import Actor, Role
from core.domain.project import Audit
from core.domain.system import EMBEDDED
from core.domain.upkeep import Area, Finding, Health, Look, State, UpkeepNow
from core.errors import StudioError
from core.services import temporary
from core.services.access import may_grow, may_read, require
from core.services.embedded import Embedded
from core.services.endpoints import Endpoints
from core.services.jobs import Job, Jobs
from core.services.keeping import files, machine, software
from core.services.keeping.backup_clock import BackupClock
from core.services.keeping.backups import Backups
from core.services.projects import Project, Projects
from core.services.shelf import Shelf
from core.store import deeds, soundness
from core.store.database import Database

_JOB = "doctor"
_PATIENCE_S = 5.0
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class House:
    """What is looked at."""

    home: Path
    installation: Database
    projects: Projects
    shelf: Shelf
    endpoints: Endpoints
    embedded: Embedded
    backups: Backups
    clock: BackupClock


class Doctor:
    """Looks at one installation; once at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._jobs = Jobs(_JOB)
        self._health: Health | None = None
        self._said = ""

    def begin(self, actor: Actor, look: Look, *, ask_endpoints: bool) -> None:
        """Look at everything in the background. `ask_endpoints`: also whether each answers, which costs nothing but time."""
        may_grow(actor)

        def work(job: Job) -> None:
            def tell(share: float, words: str) -> None:
                self._said = words
                job.reach(round(1_000 * share), 1_000)

            self._health = self._look(actor, look, ask_endpoints, job, tell)

        self._jobs.begin(_JOB, 1_000, work)

    def look(self, actor: Actor, look: Look, *, ask_endpoints: bool, tell: Tell) -> Health:
        """The same, and wait for it."""
        may_grow(actor)
        return self._look(actor, look, ask_endpoints, Job(CallProgress(total=1)), tell)

    def look_at(self, actor: Actor, project: Project, look: Look) -> list[Finding]:
        """One project alone."""
        may_read(actor)
        return files.project(project, look, Job(CallProgress(total=1)), lambda _: None)

    def health(self, actor: Actor) -> Health | None:
        """What was found last; None if nobody has looked since the studio started."""
        may_read(actor)
        return self._health

    def progress(self, actor: Actor) -> UpkeepNow | None:
        """How far the look is, or how it ended."""
        may_read(actor)
        now = self._jobs.progress(_JOB)
        if now is None:
            return None
        return UpkeepNow(
            said=self._said, share=now.done / 1_000, is_going=now.is_going, seconds=now.seconds, problem=now.reason
        )

    def stop(self, actor: Actor) -> None:
        may_grow(actor)
        self._jobs.stop(_JOB)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        return self._jobs.wait(_JOB, timeout_s)

    def rebuild(self, actor: Actor, project: Project) -> None:
        """Make again from the facts what follows from them. It says the same as before, unless something was wrong."""
        may_grow(actor)
        project.database.rebuild()
        audit = Audit(
            person_id=actor.person_id, act="projections rebuilt", subject=project.slug, origin="",
            received_at=datetime.now(UTC),
        )  # fmt: skip
        project.database.writer.append_now([audit], by_person=True)

    def clean(self, actor: Actor) -> int:
        """Take away what processes that were killed have left. → how many files and folders."""
        require(actor, Role.OWNER)
        gone = temporary.take_away(self._left_over())
        deeds.note(self._house.installation, actor.person_id, "left over taken away", f"{gone} files and folders")
        return gone

    def close(self) -> None:
        self._jobs.stop(_JOB)
        self._jobs.wait(_JOB, _PATIENCE_S)

    def _look(self, actor: Actor, look: Look, ask_endpoints: bool, job: Job, tell: Tell) -> Health:
        began, house = time.monotonic(), self._house
        tell(0.0, "Software, disk, backups …")
        found = [*software.findings(), files.installation(house.installation), *machine.privacy(house.home)]
        opened = list(self._opened(actor, found))
        abouts = [soundness.about(project.database) for project in opened]
        found += machine.disk(house.home, house.backups.folder, max((about.n_bytes for about in abouts), default=0))
        found.append(machine.memory([house.installation, *(project.database for project in opened)]))
        found.append(machine.clock(max((about.last_work for about in abouts if about.last_work), default=None)))
        lying = house.backups.every(actor)
        found += files.backups(opened, lying, house.clock.plan(actor), house.clock.problem(actor))
        found += [*self._endpoints(actor, ask_endpoints), self._model()]
        found.append(machine.said_of_left_over(self._left_over()))
        found += self._projects(opened, look, job, tell)
        areas, states = list(Area), list(State)
        found.sort(key=lambda one: (areas.index(one.area), -states.index(one.state), one.subject))
        tell(1.0, "")
        return Health(findings=tuple(found), looked_at=datetime.now(UTC), seconds=time.monotonic() - began)

    def _projects(self, opened: Sequence[Project], look: Look, job: Job, tell: Tell) -> Iterator[Finding]:
        for nth, project in enumerate(opened):
            if job.stopping:
                return
            say = partial(_say, tell, (nth + 0.5) / len(opened), project.name)
            yield from files.project(project, look, job, say)

    def _opened(self, actor: Actor, found: list[Finding]) -> Iterator[Project]:
        """Every project that was not put away; of one that cannot be opened a finding instead."""
        for slug in self._house.shelf.slugs(actor):
            try:
                yield self._house.projects.open(actor, slug)
            except StudioError as error:
                found.append(files.closed(slug, error))

    def _left_over(self) -> list[Path]:
        house = self._house
        known = [house.projects.path(slug) for slug in house.projects.slugs()]
        opened = [house.installation.path, *(project.path for project in house.projects.opened())]
        return machine.left_over(house.home, known, opened, house.backups.folder)

    def _endpoints(self, actor: Actor, ask: bool) -> list[Finding]:
        found = []
        for endpoint in self._house.endpoints.list(actor):
            if endpoint.name == EMBEDDED:
                continue
            problem = self._house.endpoints.key_problem(actor, endpoint.name)
            if ask and not problem:
                problem = self._asked(actor, endpoint.name)
            if problem:
                finding = Finding(
                    area=Area.ENDPOINTS, state=State.ACT, what=endpoint.name, to_do=problem, subject=endpoint.name
                )
            else:
                words = (
                    "answers" if ask else "has its key" if endpoint.key_env or endpoint.key_secret else "needs no key"
                )
                finding = Finding(
                    area=Area.ENDPOINTS, state=State.GOOD, what=f"{endpoint.name} {words}", subject=endpoint.name
                )
            found.append(finding)
        return found

    def _asked(self, actor: Actor, name: str) -> str:
        try:
            self._house.endpoints.check(actor, name)
        except StudioError as error:
            return str(error)
        return ""

    def _model(self) -> Finding:
        state = self._house.embedded.state()
        if state.kind == "ready":
            return Finding(area=Area.MODEL, state=State.GOOD, what=f"Here, {state.total_bytes / 1e9:.1f} GB")
        if state.kind == "absent":
            return Finding(area=Area.MODEL, state=State.GOOD, what="Not fetched; nothing needs it until you choose it")
        what = f"{state.done_bytes / 1e6:,.0f} of {state.total_bytes / 1e6:,.0f} MB are here"
        return Finding(
            area=Area.MODEL, state=State.LOOK, what=what, to_do="“Try it now” on Home goes on where it stopped."
        )


def _say(tell: Tell, share: float, name: str, what: str) -> None:
    tell(share, f"{name}: {what} …")
