"""Making one backup, and making a file of one again: what pages, commands and the clock have in common."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from core.domain.argilla import ArgillaEvent, LinkEventKind
from core.domain.project import Audit
from core.domain.run import RunEvent, RunEventKind
from core.domain.upkeep import BY_ITSELF, Backup, Kind, Manifest, TableSum
from core.errors import BadInput, NotFound, ProjectError
from core.services.keeping import backup_files
from core.services.projects import GOING
from core.store import argilla_reading, backing_up, run_reading
from core.store.backing_up import Copied, Wakes
from core.store.database import Database, open_database
from core.store.row_sums import difference

_WENT_ON = (*GOING, RunEventKind.INTERRUPTED)


def make(database: Database, target: Path, work: Wakes, *, slug: str, name: str, by: str) -> Manifest:
    """A verified copy of this moment at `target`, with its list of rows beside it. Raises ProjectError; then neither stands there."""
    made: list[Manifest] = []

    def say(copied: Copied) -> None:
        manifest = Manifest(
            kind=copied.kind, slug=slug, name=name, seq=copied.seq, migration=copied.migration, made_at=datetime.now(UTC),
            by=by, software=f"duckdb {version('duckdb')}", tables=copied.tables,
        )  # fmt: skip
        backup_files.write_manifest(target, manifest)
        made.append(manifest)

    backing_up.back_up_verified(database, target, work, say)
    return made[0]


def known(path: Path) -> Backup:
    """The file that is meant. NotFound if there is none."""
    try:
        return backup_files.look(path)
    except OSError as error:
        raise NotFound("There is no such backup", where=str(path), to_do="The page Projects lists them.") from error


def restore(backup: Backup, target: Path, tell: Callable[[float], None]) -> Mapping[str, TableSum]:
    """The backup's rows in a new file, read to the end and compared with its list. BadInput, and no file, if they are not the same."""
    if target.exists():
        raise ProjectError("There is a file of this name already", where=str(target), to_do="Choose another name.")
    partial = target.with_name(target.name + backing_up.PARTIAL)
    said = backup.manifest

    def look() -> None:
        tell(min(1.0, partial.stat().st_size / max(1, backup.n_bytes)) if partial.exists() else 0.0)

    try:
        backing_up.remove(partial)
        sums = backing_up.restore(backup.path, partial, said.kind if said else None, look)
        if said is not None and (found := difference(said.tables, sums)):
            raise BadInput(
                f"The backup is not as it was made ({found})",
                where=str(backup.path),
                to_do=f"Choose an earlier one. To take what is in it all the same, move {backup_files.said_of(backup.path).name} away.",
            )
        partial.rename(target)
    except OSError as error:
        raise ProjectError(
            f"The file cannot be written ({error.strerror})",
            where=str(target),
            to_do="Choose a folder with free space.",
        ) from error
    finally:
        backing_up.remove(partial)
    return sums


def put_to_rest(file: Path, by: str, reason: str) -> None:
    """In a restored project nothing goes on by itself until somebody says so: the one that it was copied from may be at work still."""
    database = open_database(file, "project")
    try:
        now = datetime.now(UTC)
        pauses: list[object] = [
            RunEvent(run_id=run.id, kind=RunEventKind.PAUSED, by=by, reason=reason, received_at=now)
            for run in run_reading.runs(database)
            if run.state in _WENT_ON
        ]
        fetching = [
            ArgillaEvent(link_id=link, kind=LinkEventKind.EVERY, detail="0", by=by, received_at=now)
            for (link, kind), last in argilla_reading.happened(database).items()
            if kind is LinkEventKind.EVERY and last.detail != "0"
        ]
        if pauses or fetching:
            database.writer.append_now([*pauses, *fetching])
    finally:
        database.close()


def note(database: Database, by: str, act: str, subject: str) -> None:
    """Who did this, in the project's own log."""
    audit = Audit(person_id=by, act=act, subject=subject, origin="", received_at=datetime.now(UTC))
    database.writer.append_now([audit], by_person=True)


def in_words(backup: Backup) -> str:
    """Which one it is: "Birds, as of 1,240, 23 Nov 2026 06:12 UTC"."""
    said = backup.manifest
    if said is None:
        return backup.path.name
    moment = f", as of {said.seq:,}" if said.kind is Kind.PROJECT else ""
    return f"{said.name}{moment}, {said.made_at:%d %b %Y %H:%M} UTC"


def is_unchanged(backup: Backup, seq: int) -> bool:
    """Whether a project's log still stands where it stood then."""
    return backup.manifest is not None and backup.manifest.kind is Kind.PROJECT and backup.manifest.seq == seq


def too_many(backups: list[Backup], keep: int, now: datetime) -> list[Backup]:
    """Of one file's backups those that were made by themselves and are not among the newest `keep` of them.

    Newest is what holds the highest number of the log. Without one the clock says; what it says is of the future counts as old.
    """
    automatic = [one for one in backups if one.manifest is not None and one.manifest.by == BY_ITSELF]

    def age(one: Backup) -> tuple[int, bool, datetime]:
        assert one.manifest is not None
        return one.manifest.seq, one.manifest.made_at <= now, one.manifest.made_at

    return sorted(automatic, key=age, reverse=True)[max(1, keep) :]
