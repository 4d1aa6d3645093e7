"""Projects: one DuckDB file each, opened once in this process."""

import re
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.project import Project as ProjectFact
from core.domain.run import RunEvent, RunEventKind
from core.errors import BadInput, NotFound, ProjectError
from core.services.access import may_judge, may_read
from core.store import people, project_places, run_reading
from core.store.database import Database, open_database

FIRST, DEMO = "my-project", "demo"
GOING = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)  # states of a run on which somebody works
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """An open project. `slug` names it in URLs."""

    slug: str
    name: str
    database: Database

    @property
    def path(self) -> Path:
        return self.database.path


class Projects:
    """The open projects of this process, by slug."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Project] = {}
        self._seen: dict[tuple[str, str], Actor] = {}  # by project and person: as their rows in it say
        self._elsewhere: dict[str, Path] = {}  # files that do not lie in the folder under their own name
        self._opening = threading.Lock()  # guards the dict: two pages may ask for the same project at once

    def slugs(self) -> list[str]:
        """Every project file in the folder and every known one elsewhere, by name."""
        here = {path.stem for path in self._folder.glob("*.duckdb") if _SLUG.fullmatch(path.stem)}
        return sorted(here | set(self._elsewhere))

    def know(self, slug: str, path: Path) -> None:
        """The file of this name lies elsewhere."""
        self._elsewhere[slug] = path

    def is_own(self, slug: str, path: Path) -> bool:
        """Whether this is the folder's own file of that name."""
        return path == (self._folder / f"{slug}.duckdb").resolve()

    def forget(self, slug: str) -> None:
        """The opposite, for a file that is gone."""
        self._elsewhere.pop(slug, None)

    def exists(self, slug: str) -> bool:
        return self.path(slug).exists()

    def find(self, slug: str) -> Project | None:
        """The project of this name if it is open."""
        return self._open.get(slug)

    def open(self, actor: Actor, slug: str) -> Project:
        """Open a project by its name, creating the first one. Raises ProjectError with the next step.

        Everybody who is known may: whoever reviews or judges does it in a project.
        """
        may_judge(actor)
        path = self.path(slug)
        if not path.exists() and slug in self._elsewhere:
            raise ProjectError(
                "The project's file is not there any more",
                where=str(path),
                to_do="Put it back, or archive the project.",
            )
        if slug != FIRST and not path.exists():
            raise NotFound(f"There is no project “{slug}”", to_do="The page Projects lists all of them.")
        return self._opened(actor, path, slug=slug)

    @property
    def folder(self) -> Path:
        """Where projects are made."""
        return self._folder

    def create(self, actor: Actor, name: str) -> Project:
        """A new project in the folder."""
        slug = self._new_slug(name)
        return self.open_file(actor, self.path(slug), slug=slug, name=name)

    def adopt(self, actor: Actor, file: Path, name: str) -> Project:
        """A project's file, moved into the folder and called so. Raises ProjectError for a file that is none."""
        may_read(actor)
        slug = self._new_slug(name)
        open_database(file, "project").close()
        file.rename(self.path(slug))
        self.open(actor, slug)
        return self.rename(actor, slug, name)

    def _new_slug(self, name: str) -> str:
        """For a new project of this name: no project's yet."""
        plain = _plain(name)
        slug, number = plain, 2
        while self.path(slug).exists() or slug in self._open or slug in (FIRST, DEMO):
            slug, number = f"{plain}-{number}", number + 1
        return slug

    def rename(self, actor: Actor, slug: str, name: str) -> Project:
        """Give an open or closed project another name, in its own file, which stays where it is."""
        may_read(actor)
        project = self.open(actor, slug)
        project_places.rename(project.database, name)
        project.database.writer.append_now([_audit(actor, "renamed", name)], by_person=True)
        with self._opening:
            self._open[slug] = replace(project, name=name)
            return self._open[slug]

    def open_file(self, actor: Actor, path: Path, *, slug: str = "", origin: str = "", name: str = "") -> Project:
        """Open a project's file anywhere, creating it (by this name) if it is not there."""
        may_read(actor)
        return self._opened(actor, path, slug=slug, origin=origin, name=name)

    def _opened(self, actor: Actor, path: Path, *, slug: str = "", origin: str = "", name: str = "") -> Project:
        path = path.resolve()
        with self._opening:
            slug = slug or self._slug_for(path)
            project = self._open.get(slug)
            is_news = project is None
            if project is None:
                project = self._open[slug] = _from_file(path, slug, name, origin)
        if is_news:
            project.database.writer.append_now([_audit(actor, "opened", slug)])
        self._remember(project, actor)  # outside of the lock: many people come at once in the morning
        return project

    def _remember(self, project: Project, actor: Actor) -> None:
        """Whoever acts in a project came to it through here: its file says who they are, and is written to only when that is news."""
        if self._seen.get((project.slug, actor.person_id)) != actor:
            people.remember(project.database, actor)
            self._seen[project.slug, actor.person_id] = actor

    def opened(self) -> list[Project]:
        return list(self._open.values())

    def close(self) -> None:
        for project in self._open.values():
            project.database.close()
        self._open.clear()

    def path(self, slug: str) -> Path:
        """Where the file of this name lies, or would. BadInput for what can be no name."""
        if not _SLUG.fullmatch(slug):
            raise BadInput(
                f"“{slug[:80]}” is no project's name", to_do="Small letters, digits and hyphens name a project."
            )
        return self._elsewhere.get(slug) or self._folder / f"{slug}.duckdb"

    def _slug_for(self, path: Path) -> str:
        """A name of its own for a file anywhere: two files of one name must not become one project."""
        known = {project.path: slug for slug, project in self._open.items()}
        known |= {elsewhere: slug for slug, elsewhere in self._elsewhere.items()}
        if path in known:
            return known[path]
        plain = _plain(path.stem)
        slug, number = plain, 2
        while slug in self._open or not self._is_free(slug, path):
            slug, number = f"{plain}-{number}", number + 1
        return slug

    def _is_free(self, slug: str, path: Path) -> bool:
        """Whether this file may go by that name: it is the folder's own of that name, or the folder will have none."""
        own = self.path(slug).resolve()
        return own == path or (slug not in (FIRST, DEMO) and not own.exists())


def _plain(name: str) -> str:
    """A name as it stands in addresses and file names."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48].strip("-") or "project"


def _named(database: Database, name: str, origin: str) -> str:
    """The project's name; a new project gets this one."""
    found = database.query("select name from project")
    if found:
        return str(found[0]["name"])
    fact = ProjectFact(id=str(uuid_utils.uuid7()), name=name, created_at=datetime.now(UTC), origin=origin)
    database.writer.append_now([fact])
    return name


def _from_file(path: Path, slug: str, name: str, origin: str) -> Project:
    database = open_database(path, "project")
    called = _named(database, name or path.stem.replace("-", " ").capitalize(), origin)
    _mark_interrupted(database)
    return Project(slug=slug, name=called, database=database)


def _mark_interrupted(database: Database) -> None:
    """Runs that were going when their process ended: nobody works on them, so they stand as interrupted."""
    events = [
        RunEvent(
            run_id=run.id,
            kind=RunEventKind.INTERRUPTED,
            by="studio",
            reason="The studio ended while this run was going. Everything that had come back is kept.",
            received_at=datetime.now(UTC),
        )
        for run in run_reading.runs(database)
        if run.state in GOING
    ]
    if events:
        database.writer.append_now(events)


def _audit(actor: Actor, act: str, subject: str) -> Audit:
    return Audit(person_id=actor.person_id, act=act, subject=subject, origin="", received_at=datetime.now(UTC))
