"""Opening a file: create, refuse, migrate, back up, rebuild."""

import os
import re
import shutil
import uuid
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from core.errors import ProjectDamaged, ProjectError, ProjectForeign, ProjectLocked, ProjectNewer
from core.store import backing_up, migrating, unfinished
from core.store.checkpoints import Checkpoints
from core.store.memory import Memory, limit_of
from core.store.rows import filled, plain
from core.store.writer import DiskFull, Writer, translated

_THREADS = 1  # of a query: on a busy machine a look-up that waits for a second thread takes twice as long
# Engines stop while so much of the disk is free: a commit or checkpoint that finds no room at all may have to be replayed.
RESERVE_MB = int(os.environ.get("EVOL_STUDIO_DISK_RESERVE_MB", "200"))
_DIFFERENCES = """select count(*) as n from (
  (select * from instruction_state except select * from instruction_state_from_facts)
  union all (select * from instruction_state_from_facts except select * from instruction_state))"""
_STANDING_DIFFERENCES = """select count(*) as n from (
  (select * from standing except select * from standing_from_facts)
  union all (select * from standing_from_facts except select * from standing))"""


class Database:
    """One open DuckDB file of ours: one writer thread, any number of short readers."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        next_seq = 1
        if _has_table(connection, "last_seq"):
            next_seq = _first(connection, "select seq from last_seq") + 1
        self._checkpoints = Checkpoints(path, connection.cursor())
        self._memory = Memory(path, connection.cursor())
        self.writer = Writer(connection.cursor(), next_seq, self._between)

    def query(self, sql: str, parameters: Mapping[str, Any] | Iterable[Any] = ()) -> list[dict[str, Any]]:
        """Rows as dicts, ids as text. One cursor a call: threads must never share one."""
        self._checkpoints.door()
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, parameters if isinstance(parameters, dict) else list(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def query_column(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[int]:
        """One column of whole numbers, 8 bytes each: for lists as long as the project."""
        self._checkpoints.door()
        cursor = self._connection.cursor()
        try:
            columns: dict[str, Any] = cursor.execute(sql, dict(parameters)).fetchnumpy()
            return array("q", next(iter(columns.values())).astype("int64").tobytes())
        finally:
            cursor.close()

    def query_ids(self, sql: str, ids: Iterable[str], parameters: Iterable[Any] = ()) -> list[dict[str, Any]]:
        """The same for a known list of ids, written as `:ids`: through the primary key, whatever the table's size."""
        wanted = list(ids)
        return self.query(*filled(sql, wanted, *parameters)) if wanted else []

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of one's own for a long reading with temporary tables, which are gone at the end of the block."""
        self._checkpoints.door()
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def require_room(self) -> None:
        """DiskFull if less than the reserve is free: what is in flight can then still be kept, and people can decide."""
        free_mb = shutil.disk_usage(self.path.parent).free // 1_000_000
        if free_mb < RESERVE_MB:
            raise DiskFull(
                f"The disk is full: {free_mb:,} MB are free, and the last {RESERVE_MB:,} MB are kept back",
                to_do="Free some space, then resume. Everything that came back is kept.",
            )

    def kept_bytes(self) -> int:
        """What DuckDB keeps in memory of this file, so that it need not be read again; up to its limit and no further."""
        return int(self.query("select sum(memory_usage_bytes)::bigint as n from duckdb_memory()")[0]["n"])

    def backup(self, target: Path) -> None:
        """Copy everything into a new file while work goes on. ProjectError if the target exists."""
        backing_up.back_up(self, target)

    def rebuild(self) -> None:
        """Make the projections again from the facts."""

        def again(connection: duckdb.DuckDBPyConnection) -> None:
            connection.execute("delete from instruction_state")
            connection.execute("insert into instruction_state by name select * from instruction_state_from_facts")
            connection.execute("delete from standing")
            connection.execute("insert into standing by name select * from standing_from_facts")

        self.writer.run(again)

    def projection_is_right(self) -> bool:
        """Whether the projections say what the facts say."""
        return all(self.query(differences)[0]["n"] == 0 for differences in (_DIFFERENCES, _STANDING_DIFFERENCES))

    def _between(self) -> None:
        """What the writer does when everybody who waited for a transaction was told."""
        self._checkpoints.when_due()
        self._memory.follow()

    def close(self) -> None:
        """Commit what waits, then let go of the file."""
        self.writer.close()
        self._connection.close()


def open_database(path: Path, kind: str) -> Database:
    """Open or create a file of this kind ("project" or "installation"), migrated to the newest schema.

    Raises ProjectLocked, ProjectForeign, ProjectNewer or ProjectDamaged; the file is then left as it was.
    """
    if not path.exists():
        _create(path, kind)
    connection = _connect(path)
    with ExitStack() as unless_open:
        unless_open.callback(connection.close)
        try:
            _check(connection, path, kind)
            _forget_spilt(path)
            migrating.migrate(connection, kind)
            if kind == "project":
                unfinished.forget_all(connection)
        except duckdb.Error as error:
            raise translated(error) from error
        unless_open.pop_all()
    return Database(path, connection)


def _create(path: Path, kind: str) -> None:
    """Under another name first: a crash half-way leaves no half-made file under the final one."""
    fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(fresh), config=_config(fresh)) as connection:
            migrating.begin(connection)
            migrating.migrate(connection, kind)
        _give_name(fresh, path)
    except (OSError, duckdb.IOException) as error:
        raise ProjectError(
            "No file can be made here", where=str(path), to_do="Choose a folder with free space that you may write to."
        ) from error
    finally:
        backing_up.remove(fresh)


def _give_name(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)  # unlike rename, refuses to replace a file that another process made meanwhile
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not path.exists():
            fresh.rename(path)


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    if path.stat().st_size == 0:
        raise ProjectDamaged("The file is empty", where=str(path), to_do="Restore a backup, or choose another file.")
    if not os.access(path, os.W_OK):
        raise ProjectError("The file is read-only", where=str(path), to_do="Make it writable, or copy it.")
    try:
        return duckdb.connect(str(path), config=_config(path))
    except duckdb.Error as error:
        raise _refusal(path, str(error)) from error


def _config(path: Path) -> dict[str, Any]:
    return {"threads": _THREADS, "memory_limit": limit_of(path)}


def _forget_spilt(path: Path) -> None:
    """What a killed process had laid aside while memory was short: DuckDB itself leaves it lying for ever. The lock is ours by now."""
    folder = path.with_name(path.name + ".tmp")
    with suppress(OSError):  # it was never there, or holds something that is not DuckDB's
        for left in folder.glob("duckdb_temp_*"):
            left.unlink(missing_ok=True)
        folder.rmdir()


def _refusal(path: Path, said: str) -> ProjectError:
    if "lock" in said.lower():
        holder = re.search(r"PID (\d+)", said)
        who = f"Process {holder[1]} has it open" if holder else "Another process has it open"
        return ProjectLocked(who, where=str(path), to_do="Close that one, or use the app that runs there.")
    if "wal was created" in said.lower():
        log = path.with_name(path.name + ".wal")
        return ProjectDamaged(
            f"{log.name} belongs to another state of this file",
            where=str(path),
            to_do=f"Put back the file that it belongs to, or move {log.name} away to open this one without it.",
        )
    if "newer version" in said.lower() or "storage version" in said.lower():
        return ProjectNewer(
            "A newer DuckDB wrote this file", where=str(path), to_do="Update the studio, then open it again."
        )
    return ProjectDamaged(
        "This is not a readable project file", where=str(path), to_do="Restore a backup, or choose another file."
    )


def _check(connection: duckdb.DuckDBPyConnection, path: Path, kind: str) -> None:
    """Refuse what is not ours, or newer than us."""
    try:
        if not _has_table(connection, "migration"):
            raise ProjectForeign(
                "This DuckDB file was not made by the studio", where=str(path), to_do="Choose another file."
            )
        found = connection.execute("select kind, max(number) from migration group by kind").fetchall()
    except duckdb.Error as error:
        raise _refusal(path, str(error)) from error
    newest = max(migrating.numbers(kind), default=0)
    if [row[0] for row in found] != [kind]:
        raise ProjectForeign(f"This file is no {kind} of the studio", where=str(path), to_do="Choose another file.")
    if found[0][1] > newest:
        raise ProjectNewer(
            "A newer studio made this project", where=str(path), to_do="Update the studio, then open it again."
        )


def _has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(_first(connection, "select count(*) from information_schema.tables where table_name = ?", name))


def _first(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: Any) -> int:
    """Every row is fetched: a result that is left open keeps its transaction, and beside an old one nothing is ever checkpointed."""
    rows = connection.execute(sql, list(parameters)).fetchall()
    return int(rows[0][0]) if rows else 0
