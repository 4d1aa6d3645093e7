"""Where an installation's projects lie, and what a project's file holds in numbers."""

from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.project import Place
from core.store.database import Database

_PLACES = "select * from project_place order by slug"
_KEEP = "insert or replace into project_place values ($slug, $path, $name, $archived_at)"
_FORGET = "delete from project_place where slug = ?"
_RENAME = "update project set name = ?"
_NUMBER_OF_RUNS = "select count(*) as n from run"
# Looking at a project is no work, and the studio opens every project by itself when it starts.
_LAST_WORK = """select max(last) as last from (
  select max(received_at) as last from run_event union all select max(received_at) from source
  union all select max(received_at) from decision union all select max(received_at) from judgment
  union all select max(received_at) from audit where act <> 'opened' union all select max(created_at) from project)"""


def places(installation: Database) -> dict[str, Place]:
    """What is remembered of projects, by slug."""
    return {str(row["slug"]): _place(row) for row in installation.query(_PLACES)}


def keep(installation: Database, place: Place) -> None:
    row = {
        "slug": place.slug,
        "path": place.path and str(place.path),
        "name": place.name,
        "archived_at": place.archived_at,
    }
    installation.writer.run(lambda connection: connection.execute(_KEEP, row))


def forget(installation: Database, slug: str) -> None:
    installation.writer.run(lambda connection: connection.execute(_FORGET, [slug]))


def rename(project: Database, name: str) -> None:
    """Another name in the project's own file, which stays where it is."""
    project.writer.run(lambda connection: connection.execute(_RENAME, [name]))


def number_of_runs(project: Database) -> int:
    return int(project.query(_NUMBER_OF_RUNS)[0]["n"])


def last_work(project: Database) -> datetime | None:
    """When something was last imported, grown or decided."""
    found: datetime | None = project.query(_LAST_WORK)[0]["last"]
    return found


def _place(row: dict[str, Any]) -> Place:
    path = Path(row["path"]) if row["path"] else None
    return Place(slug=row["slug"], path=path, name=row["name"], archived_at=row["archived_at"])
