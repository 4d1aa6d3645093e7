"""Copying an open file into a new one while work goes on, and taking the rows of such a copy back into a new file."""

import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb

from core.domain.upkeep import Kind, TableSum
from core.errors import BadInput, ProjectDamaged, ProjectError
from core.store import children, row_sums
from core.store.row_sums import quoted as _quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.store.database import Database

PARTIAL = ".partial"
_HEAD = "select kind, max(number) as migration from migration group by kind"
_SEQ = "select seq from last_seq"


class Wakes(Protocol):
    """Work that can be stopped from outside, while it waits for the database too."""

    stopping: bool

    def when_stopped(self, wake: Callable[[], None]) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """Which moment of a file stands in its copy, and what its rows amounted to then."""

    kind: Kind
    migration: int
    seq: int
    tables: dict[str, TableSum]


def back_up(database: "Database", target: Path) -> None:
    """Everything of one moment in a new file. ProjectError if there is one of this name, or it cannot be written."""
    with _written(target) as partial, database.cursor() as cursor, _beside(cursor, partial) as copy:
        cursor.execute(f"copy from database {_quoted(_name(cursor))} to {_quoted(copy)}")


def back_up_verified(database: "Database", target: Path, work: Wakes, say: Callable[[Copied], None]) -> Copied:
    """The same, compared row by row: what the rows amount to at that moment, and what they amount to in the finished file.

    Both are read whole. Readings and writings go on; only what was written since waits to be moved into the file. `say` is called
    when the copy is known to be whole, before it stands under its name.
    """

    def look() -> None:
        if work.stopping:
            raise ProjectError("Stopped", to_do="Nothing was left behind.")

    _require_room(database.path, target.parent)
    with _written(target) as partial:
        look()
        copied = _copied(database, partial, work)
        look()
        found = row_sums.difference(copied.tables, sums_of(partial, look))
        if found:
            raise ProjectError(
                f"The backup is not what was copied ({found})",
                where=str(target),
                to_do="Try again. If it happens again, this disk loses what is written to it: choose another one.",
            )
        look()
        say(copied)
    return copied


def sums_of(file: Path, tell: Callable[[], None]) -> dict[str, TableSum]:
    """What the rows of a file that nobody has open amount to. ProjectDamaged if not all of them can be read. `tell` as in children."""
    try:
        return row_sums.from_json(children.asked("core.store.sums_child", [str(file.resolve())], tell).decode())
    except BadInput as error:
        raise ProjectDamaged(
            "Not every row of this file can be read", where=str(file), to_do="Restore an earlier backup."
        ) from error


def restore(backup: Path, target: Path, kind: Kind | None, tell: Callable[[], None]) -> dict[str, TableSum]:
    """Make `target`, a file with the rows of a backup, and read both to their ends. → what they amount to.

    Raises BadInput for a file that is no backup of this kind (None: of either), is damaged, or does not come out as it went in. `tell` as in children.
    """
    said = children.asked("core.store.restore_child", [str(backup.resolve()), str(target.resolve()), kind or ""], tell)
    return row_sums.from_json(said.decode())


def head(database: "Database") -> tuple[Kind, int, int]:
    """What kind of file this is, the newest step of its schema, and the last number of its log (0 without one)."""
    (row,) = database.query(_HEAD)
    kind = Kind(row["kind"])
    seq = int(database.query(_SEQ)[0]["seq"]) if kind is Kind.PROJECT else 0
    return kind, int(row["migration"]), seq


def _copied(database: "Database", partial: Path, work: Wakes) -> Copied:
    """One transaction reads the rows twice: into the copy, and for their sums."""
    with database.cursor() as cursor, _beside(cursor, partial) as copy:
        cursor.execute(row_sums.IN_UTC)
        name = _name(cursor)
        cursor.execute("begin")
        work.when_stopped(cursor.interrupt)
        try:
            cursor.execute(f"copy from database {_quoted(name)} to {_quoted(copy)}")
            ((kind, migration),) = cursor.execute(_HEAD).fetchall()
            seq = cursor.execute(_SEQ).fetchall()[0][0] if kind == Kind.PROJECT else 0
            tables = row_sums.of(cursor, name)
        finally:
            work.when_stopped(lambda: None)
            cursor.execute("commit")
    return Copied(kind=Kind(kind), migration=migration, seq=seq, tables=tables)


@contextmanager
def _beside(cursor: duckdb.DuckDBPyConnection, partial: Path) -> "Iterator[str]":
    """The new file under a name of its own: several copies of one file may be under way."""
    name = f"copy_{uuid.uuid4().hex}"
    cursor.execute(f"attach ? as {_quoted(name)}", [str(partial)])
    try:
        yield name
    finally:
        cursor.execute(f"detach {_quoted(name)}")


@contextmanager
def _written(target: Path) -> "Iterator[Path]":
    """Under another name until it is whole; then it is on the disk before it gets its own."""
    if target.exists():
        raise ProjectError("The backup's file exists already", where=str(target), to_do="Choose another name.")
    partial = target.with_name(target.name + PARTIAL)
    try:
        remove(partial)
        yield partial
        _sync(partial)
        partial.rename(target)
    except (OSError, duckdb.Error) as error:
        raise ProjectError(
            f"The backup cannot be written ({str(error)[:200]})",
            where=str(target),
            to_do="Choose a folder with free space that you may write to.",
        ) from error
    finally:
        remove(partial)


def _require_room(source: Path, folder: Path) -> None:
    """A copy takes about as much as the file itself; half a copy takes as long and is of no use."""
    try:
        needed, free = source.stat().st_size, shutil.disk_usage(folder).free
    except OSError:
        return  # whoever writes there says why it cannot be done
    if free < needed + needed // 10:
        raise ProjectError(
            f"There is too little room for a backup: {needed / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free",
            where=str(folder),
            to_do="Free some space, or choose another folder (EVOL_STUDIO_BACKUPS).",
        )


def remove(path: Path) -> None:
    """What is left of a file that was not finished, its write-ahead log too."""
    for left in (path, path.with_name(path.name + ".wal")):
        left.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _name(cursor: duckdb.DuckDBPyConnection) -> str:
    return str(cursor.execute("select current_database()").fetchall()[0][0])
