"""Projects: one DuckDB file each, opened once in this process."""

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from core.domain.person import LOCAL_OWNER, Actor
from core.domain.project import Audit
from core.domain.project import Project as ProjectFact
from core.domain.run import RunEvent, RunEventKind
from core.errors import BadInput, NotFound
from core.services.access import may_read
from core.store import run_reading
from core.store.database import Database, open_database

FIRST, DEMO = "my-project", "demo"
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
        self._opening = threading.Lock()  # guards the dict: two pages may ask for the same project at once

    def slugs(self) -> list[str]:
        """Every project file in the folder, by name."""
        return sorted(path.stem for path in self._folder.glob("*.duckdb") if _SLUG.fullmatch(path.stem))

    def exists(self, slug: str) -> bool:
        return self._path(slug).exists()

    def open(self, actor: Actor, slug: str) -> Project:
        """Open a project of the folder, creating the first one. Raises ProjectError with the next step."""
        may_read(actor)
        path = self._path(slug)
        if slug != FIRST and not path.exists():
            raise NotFound(f"There is no project “{slug}”", to_do="Choose another one on Home.")
        return self.open_file(actor, path, slug=slug)

    def open_file(self, actor: Actor, path: Path, *, slug: str = "", origin: str = "") -> Project:
        """Open a project's file anywhere, creating it if it is not there."""
        may_read(actor)
        path = path.resolve()
        with self._opening:
            slug = slug or self._slug_for(path)
            if slug in self._open:
                return self._open[slug]
            database = open_database(path, "project")
            project = Project(slug=slug, name=_named(database, path, origin), database=database)
            _mark_interrupted(database)
            self._open[slug] = project
        database.writer.append_now([_audit(actor, "opened", slug)])
        return project

    def opened(self) -> list[Project]:
        return list(self._open.values())

    def close(self) -> None:
        for project in self._open.values():
            project.database.close()
        self._open.clear()

    def _path(self, slug: str) -> Path:
        if not _SLUG.fullmatch(slug):
            raise BadInput(
                f"“{slug[:80]}” is no project's name", to_do="Small letters, digits and hyphens name a project."
            )
        return self._folder / f"{slug}.duckdb"

    def _slug_for(self, path: Path) -> str:
        """A name of its own for a file anywhere: two files of one name must not become one project."""
        for slug, project in self._open.items():
            if project.path == path:
                return slug
        plain = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:48] or "project"
        slug, number = plain, 2
        while slug in self._open or not self._is_free(slug, path):
            slug, number = f"{plain}-{number}", number + 1
        return slug

    def _is_free(self, slug: str, path: Path) -> bool:
        """Whether this file may go by that name: it is the folder's own of that name, or the folder will have none."""
        own = self._path(slug).resolve()
        return own == path or (slug not in (FIRST, DEMO) and not own.exists())


def _named(database: Database, path: Path, origin: str) -> str:
    found = database.query("select name from project")
    if found:
        return str(found[0]["name"])
    name = path.stem.replace("-", " ").capitalize()
    fact = ProjectFact(id=str(uuid_utils.uuid7()), name=name, created_at=datetime.now(UTC), origin=origin)
    database.writer.append_now([fact])
    return name


def _mark_interrupted(database: Database) -> None:
    """Runs that were going when their process ended: nobody works on them, so they stand as interrupted."""
    going = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)
    events = [
        RunEvent(
            run_id=run.id,
            kind=RunEventKind.INTERRUPTED,
            by="studio",
            reason="The studio ended while this run was going. Everything that had come back is kept.",
            received_at=datetime.now(UTC),
        )
        for run in run_reading.runs(database)
        if run.state in going
    ]
    if events:
        database.writer.append_now(events)


def _audit(actor: Actor, act: str, subject: str) -> Audit:
    return Audit(person_id=actor.person_id, act=act, subject=subject, origin="", received_at=datetime.now(UTC))


def local_owner() -> Actor:
    """The one person of an installation without sign-in."""
    return LOCAL_OWNER
