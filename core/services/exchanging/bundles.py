"""Whole projects out and in, as one file: everything but secrets, weights, and what belongs to the installation."""

import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from core.domain.bundle import Manifest
from core.domain.person import Actor
from core.domain.project import Audit
from core.errors import BadInput
from core.exchange import bundle
from core.services.access import may_grow, may_read
from core.services.growing.seed_files import called
from core.services.keeping import backup_making
from core.services.projects import Project
from core.services.shelf import Shelf
from core.services.temporary import sweep, temporary_folder
from core.store import bundling

Tell = Callable[[str, float], None]  # what is being done, and the share of it that is done
_LEFT_FREE = 200 * 10**6  # bytes of the disk that an import never takes


def _tell_nobody(_: str, __: float) -> None: ...


def name_of(project: Project, about: Manifest) -> str:
    """What its file is called."""
    return f"{project.slug}-{about.as_of_seq}.{bundle.SUFFIX}"


def download(actor: Actor, project: Project) -> tuple[str, Generator[bytes, None, None]]:
    """A project's file in pieces, as it is at this moment, with the file's name. Work in it goes on."""
    may_read(actor)
    about = _about(project)
    return name_of(project, about), _pieces(actor, project, about)


def write(actor: Actor, project: Project, path: Path, *, force: bool = False) -> Manifest:
    """The same into a file, under another name until it is whole. BadInput if there is one already, or it cannot be written."""
    may_read(actor)
    if path.exists() and not force:
        raise BadInput("There is a file of this name already", where=str(path), to_do="Name another, or give --force.")
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with partial.open("xb") as file, closing(_pieces(actor, project, _about(project))) as pieces:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        found = bundle.manifest(partial)
        partial.replace(path)
    except OSError as error:
        raise BadInput(
            f"The file cannot be written ({error.strerror})",
            where=str(path),
            to_do="Choose a folder with free space that you may write to.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return found


def look(actor: Actor, path: Path, *, name: str = "") -> Manifest:
    """What a file says of the project in it. Nothing is imported. BadInput for a file that is no whole project."""
    may_grow(actor)
    with called(name or path.name):
        return bundle.manifest(path)


def import_bundle(
    actor: Actor, shelf: Shelf, path: Path, *, name: str = "", project_name: str = "", tell: Tell = _tell_nobody
) -> Project:
    """A whole project as a new one of this installation, by the name it has, or by another.

    Its file is checked against its manifest, its rows are taken into tables of our own making, and what follows from its facts
    is worked out again. Nothing in it goes on by itself: a run that somebody else left going would spend money of ours. Raises
    BadInput, and nothing is left behind, for whatever is no whole project. Whatever `tell` raises ends it.
    """
    may_grow(actor)
    sweep(shelf.folder)
    with called(name or path.name), temporary_folder("incoming", shelf.folder) as folder:
        came, fresh = Path(folder) / "came.duckdb", Path(folder) / "fresh.duckdb"
        room = (shutil.disk_usage(folder).free - _LEFT_FREE) // 2
        about = bundle.unpack(path, came, room, lambda share: tell("Unpacking …", share))
        bundling.take(came, fresh, lambda: tell("Reading its rows …", 1.0))
        came.unlink()
        tell("Opening it …", 1.0)
        backup_making.put_to_rest(fresh, actor.person_id, "It came with a project that was imported.")
        project = shelf.adopt(actor, fresh, project_name or about.name, is_free=not project_name)
    project.database.rebuild()
    audit = Audit(
        person_id=actor.person_id, act="whole project imported", subject=about.sha256, origin="",
        received_at=datetime.now(UTC),
    )  # fmt: skip
    project.database.writer.append_now([audit], by_person=True)
    return project


def _about(project: Project) -> Manifest:
    row, counts = bundling.about(project.database)
    return Manifest(
        project_id=row["project_id"],
        name=row["name"],
        as_of_seq=row["as_of_seq"],
        migrations=tuple(row["migrations"]),
        n_bytes=0,
        sha256="",
        made_at=datetime.now(UTC),
        studio=f"duckdb {version('duckdb')}",
        counts=counts,
    )


def _pieces(actor: Actor, project: Project, about: Manifest) -> Generator[bytes, None, None]:
    with _copied(project) as copy:
        yield from bundle.packed(copy, about)
    audit = Audit(
        person_id=actor.person_id, act="whole project taken out", subject=str(about.as_of_seq), origin="",
        received_at=datetime.now(UTC),
    )  # fmt: skip
    project.database.writer.append_now([audit], by_person=True)


@contextmanager
def _copied(project: Project) -> Iterator[Path]:
    """One moment of it in a file of its own, beside it: there is room for it, or nowhere."""
    sweep(project.path.parent)
    with temporary_folder("outgoing", project.path.parent) as folder:
        copy = Path(folder) / "project.duckdb"
        project.database.backup(copy)
        yield copy
