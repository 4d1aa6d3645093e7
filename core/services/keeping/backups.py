"""Backups: made now or every so many hours while work goes on, listed, and restored as a new project, compared row by row each time."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.domain.calling import CallProgress
from core.domain.person import Actor, Role
from core.domain.upkeep import BY_ITSELF, Backup, Kind, Manifest, TableSum, UpkeepNow
from core.errors import BadInput, NotFound, ProjectError
from core.services.access import may_grow, may_read, require
from core.services.jobs import Job, Jobs
from core.services.keeping import backup_files, backup_making
from core.services.projects import Project, Projects
from core.services.shelf import Shelf
from core.services.temporary import temporary_folder
from core.store import backing_up, deeds
from core.store.database import Database

INSTALLATION = "_installation"  # its own file among those of projects; no project can be called so
_JOB = "backup"
_PATIENCE_S = 5.0


File = tuple[str, Database, str]  # a project's slug, its open file, its name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Doing:
    """What is under way: a file of so many bytes, after so many bytes of others, of so many in all; or what came of it."""

    said: str
    target: Path | None = None
    n_bytes: int = 0
    before: int = 0
    total: int = 1
    share: float = 0.0
    done: str = ""


class Backups:
    """The backups of one installation. One is made, or restored, at a time."""

    def __init__(self, folder: Path, shelf: Shelf, projects: Projects, installation: Database) -> None:
        self.folder = folder
        self._shelf, self._projects, self._installation = shelf, projects, installation
        self._jobs = Jobs(_JOB)
        self._doing = _Doing(said="")
        self.problem_of_itself = ""  # why the last one that nobody asked for was not made
        self._beginning = threading.Lock()  # guards the choice whether to begin: two tabs may ask at once

    def every(self, actor: Actor) -> tuple[Backup, ...]:
        """All that lie in the folder, newest first."""
        may_read(actor)
        return tuple(backup_files.every(self.folder))

    def begin(self, actor: Actor, slugs: Sequence[str]) -> bool:
        """Back these projects up in the background; INSTALLATION among them means its own file. → False while one is going.

        Of several, those that cannot be opened or copied do not keep the others from it; in the end it is said which.
        """
        may_grow(actor)
        if INSTALLATION in slugs:
            require(actor, Role.OWNER)
        files, closed = list[File](), list[str]()
        for slug in slugs:
            try:
                files.append(self._file(actor, slug))
            except ProjectError as error:
                if len(slugs) == 1:
                    raise
                closed.append(f"{slug} ({error.what})")
        return self.begin_for(actor.person_id, files, closed)

    def begin_for(self, by: str, files: Sequence[File], closed: Sequence[str] = ()) -> bool:
        """The same for open files, each with its slug and name. → whether it was begun."""

        def work(job: Job) -> None:
            failed = [*closed, *self._all(job, files, by)]
            if failed and len(files) + len(closed) > 1 and not job.stopping:
                raise ProjectError(
                    f"Everything is backed up but {'; '.join(failed)}", to_do="The doctor (Health) says what to do."
                )
            names = ", ".join(name for _, _, name in files[:3]) + (" …" if len(files) > 3 else "")
            self._doing = _Doing(said="", share=1.0, done=f"Backed up, and compared row by row: {names}.")

        return self._begin(work if by != BY_ITSELF else partial(self._kept_in_mind, work))

    def _all(self, job: Job, files: Sequence[File], by: str) -> list[str]:
        """One after the other. → those of several that could not be copied."""
        sizes = [database.path.stat().st_size for _, database, _ in files]
        total, failed = max(1, sum(sizes)), list[str]()
        for nth, (slug, database, name) in enumerate(files):
            said = f"Copying and comparing {name} …"
            doing = _Doing(said=said, n_bytes=sizes[nth], before=sum(sizes[:nth]), total=total)
            try:
                self._one(job, slug, database, name, by, doing)
            except ProjectError as error:
                if job.stopping or len(files) == 1:
                    raise
                failed.append(f"{name} ({error.what})")
        return failed

    def _kept_in_mind(self, work: Callable[[Job], None], job: Job) -> None:
        """Nobody sees at once what becomes of one that nobody asked for."""
        try:
            work(job)
        except ProjectError as error:
            self.problem_of_itself = str(error)
            raise
        self.problem_of_itself = ""

    def write(self, actor: Actor, project: Project, target: Path) -> Manifest:
        """Back a project up into a file of one's choice, and wait for it. Raises ProjectError; then there is no such file."""
        require(actor, Role.OWNER)  # a path of one's choice on this machine
        return backup_making.make(
            project.database, target, _alone(), slug=project.slug, name=project.name, by=actor.person_id
        )

    def write_installation(self, actor: Actor, target: Path) -> Manifest:
        """The same of the installation's own file: people, endpoints, packs."""
        require(actor, Role.OWNER)
        manifest = backup_making.make(
            self._installation, target, _alone(), slug=INSTALLATION, name="Installation", by=actor.person_id
        )
        deeds.note(self._installation, actor.person_id, "installation backed up", str(target))
        return manifest

    def known(self, actor: Actor, name: str) -> Backup:
        """One of those in the folder, by its file's name."""
        found = next((one for one in self.every(actor) if one.path.name == name), None)
        if found is None:
            raise NotFound("There is no such backup any more", where=name[:200], to_do="Choose one from the list.")
        return found

    def begin_restore(self, actor: Actor, backup: Backup, name: str) -> None:
        """Make a new project of it in the background. Nothing happens while something else is going."""
        may_grow(actor)

        def work(job: Job) -> None:
            self._doing = _Doing(said=f"Restoring {backup_making.in_words(backup)} …")
            project = self.restore(actor, backup, name, lambda share: self._share(job, share))
            words = f"“{project.name}” holds every row of {backup_making.in_words(backup)}."
            self._doing = _Doing(said="", share=1.0, done=words)

        self._begin(work)

    def restore(self, actor: Actor, backup: Backup, name: str, tell: Callable[[float], None]) -> Project:
        """Make a new project of it, compared row by row; nothing in it goes on by itself. `name` "": like the one it has.

        Raises BadInput for what is no project's backup, or not as it was made. `tell` hears the share that is done.
        """
        may_grow(actor)
        said = backup.manifest
        if said is not None and said.kind is not Kind.PROJECT:
            raise BadInput(
                "This is a backup of an installation, not of a project",
                where=backup.path.name,
                to_do="Restore it into a new home: `python -m core restore FILE --to NEW/studio.duckdb`.",
            )
        words = backup_making.in_words(backup)
        with temporary_folder("restored", self._shelf.folder) as folder:
            fresh = Path(folder) / "fresh.duckdb"
            backup_making.restore(backup, fresh, tell)
            backup_making.put_to_rest(fresh, actor.person_id, f"Restored from a backup: {words}.")
            given = name or (said.name if said is not None else backup.path.stem)
            project = self._shelf.adopt(actor, fresh, given, is_free=not name)
        backup_making.note(project.database, actor.person_id, "restored", words)
        return project

    def restore_file(
        self, actor: Actor, backup: Backup, target: Path, tell: Callable[[float], None]
    ) -> Mapping[str, TableSum]:
        """The backup's rows in a new file anywhere, compared row by row; an installation's too."""
        require(actor, Role.OWNER)
        sums = backup_making.restore(backup, target, tell)
        deeds.note(self._installation, actor.person_id, "backup restored", backup.path.name, str(target))
        return sums

    def remove(self, actor: Actor, backup: Backup) -> None:
        """Delete one for good."""
        require(actor, Role.OWNER)
        if self.folder not in backup.path.parents or not backup_files.remove(backup):
            raise ProjectError("It cannot be removed", where=str(backup.path), to_do="Remove the file by hand.")
        deeds.note(self._installation, actor.person_id, "backup removed", backup.path.name)

    def progress(self, actor: Actor) -> UpkeepNow | None:
        """How far the last one is, or how it ended; None if none was begun since the studio started."""
        may_read(actor)
        now, doing = self._jobs.progress(_JOB), self._doing
        if now is None:
            return None
        share = doing.share or (doing.before + _size(doing) / 2) / doing.total  # the other half is comparing
        return UpkeepNow(
            said=doing.said, share=min(1.0, share), is_going=now.is_going, seconds=now.seconds, problem=now.reason,
            done=doing.done,
        )  # fmt: skip

    def stop(self, actor: Actor) -> None:
        """End it; nothing half-made stays."""
        may_grow(actor)
        self._jobs.stop(_JOB)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        return self._jobs.wait(_JOB, timeout_s)

    def is_going(self) -> bool:
        return self._jobs.is_going(_JOB)

    def close(self) -> None:
        """End what is under way: the files are closed next."""
        self._jobs.stop(_JOB)
        self._jobs.wait(_JOB, _PATIENCE_S)

    def _begin(self, work: Callable[[Job], None]) -> bool:
        with self._beginning:
            if self.is_going():
                return False
            self._doing = _Doing(said="Beginning …")
            self._jobs.begin(_JOB, 1, work)
            return True

    def _one(self, job: Job, slug: str, database: Database, name: str, by: str, doing: _Doing) -> None:
        if job.stopping:
            return
        kind, _, seq = backing_up.head(database)
        target = backup_files.place(self.folder, slug, seq, datetime.now(UTC))
        self._doing = replace(doing, target=target)
        manifest = backup_making.make(database, target, job, slug=slug, name=name, by=by)
        if by != BY_ITSELF and kind is Kind.PROJECT:
            backup_making.note(database, by, "backed up", str(manifest.seq))
        elif by != BY_ITSELF:
            deeds.note(database, by, "installation backed up", target.name)

    def _share(self, job: Job, share: float) -> None:
        if job.stopping:
            raise ProjectError("Stopped", to_do="Nothing was left behind.")
        self._doing = replace(self._doing, share=share)

    def _file(self, actor: Actor, slug: str) -> File:
        if slug == INSTALLATION:
            return slug, self._installation, "Installation"
        project = self._projects.find(slug) or self._projects.open(actor, slug)
        return slug, project.database, project.name


def _alone() -> Job:
    """Work that somebody waits for, and nobody stops."""
    return Job(CallProgress(total=1))


def _size(doing: _Doing) -> int:
    """How much of the file that is being made is there."""
    partial = doing.target and doing.target.with_name(doing.target.name + backing_up.PARTIAL)
    try:
        return min(doing.n_bytes, partial.stat().st_size) if partial else 0
    except OSError:  # it has its name by now, or there was none yet
        return 0
