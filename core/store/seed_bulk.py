"""Many seeds (or texts of a reference set) at once: kept aside in a file while they are read, then added in ONE transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from core.domain.instruction import InstructionKind
from core.domain.source import Source
from core.errors import ProjectError
from core.store.database import Database
from core.store.tables import arrow_batch
from core.store.writer import DiskFull

_AT_ONCE = 4_096  # rows that are held in memory
_SCHEMA = pa.schema(
    [
        ("id", pa.string()), ("revision_id", pa.string()), ("label_id", pa.string()), ("n", pa.int64()),
        ("text", pa.string()), ("text_hash", pa.string()), ("words", pa.int32()), ("skill", pa.string()),
    ]
)  # fmt: skip
_SEEN = "select count(*), coalesce(max(position), -1) + 1 from instruction where kind = $kind"
_SOURCE = "insert into source by name select * from batch"
_SEEDS = """insert into instruction by name
select id, $seq + n as seq, $kind as kind, id as seed_id, $source::uuid as source_id, []::uuid[] as ancestors, 0 as epoch,
    0 as depth, 0 as child_number, $position + n as position from batch"""
_TEXTS = """insert into revision by name
select revision_id as id, $seq + n as seq, 'instruction' as "of", id as of_id, 0 as number, text, text_hash, words, $by as "by" from batch"""
_STATES = "insert into instruction_state by name select id, revision_id from batch"
_LABELS = """insert into label by name
select label_id as id, $seq + n as seq, id as instruction_id, 'skill' as kind, skill as value, $by as "by" from batch where skill <> ''"""


@dataclass(slots=True)
class SeedShelf:
    """Seeds kept aside in `path`, in their order. Use it with `with`, add, then `write`."""

    path: Path
    n: int = 0
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _writer: pa.RecordBatchStreamWriter | None = None

    def __enter__(self) -> Self:
        self._writer = pa.ipc.new_stream(str(self.path), _SCHEMA)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        assert self._writer is not None
        self._writer.close()

    def add(
        self, *, id_: str, revision_id: str, label_id: str, text: str, text_hash: str, words: int, skill: str
    ) -> None:
        """One more. OSError when the disk is full."""
        self._rows.append((id_, revision_id, label_id, self.n, text, text_hash, words, skill))
        self.n += 1
        if self.n % _AT_ONCE == 0:
            self.flush()

    def flush(self) -> None:
        """What is still in memory goes into the file."""
        assert self._writer is not None
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, type=kind) for column, kind in zip(columns, _SCHEMA.types, strict=False)]
        self._rows.clear()
        if not arrays:
            return
        try:
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA))
        except OSError as error:
            raise DiskFull("The disk is full", to_do="Free some space, then import again.") from error


def write(database: Database, shelf: SeedShelf, source: Source, kind: InstructionKind, n_before: int) -> None:
    """Add the shelf's texts as instructions of a kind, and their source: all, or on any error none.

    `n_before` of that kind were there when duplicates were looked for. ProjectError if there are others by now.
    """

    def add(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        ((seen, position),) = connection.execute(_SEEN, {"kind": kind.value}).fetchall()
        if seen != n_before:
            raise ProjectError("Another import was finished meanwhile", to_do="Nothing was taken. Import again.")
        _execute(connection, arrow_batch(Source, [source], seq), _SOURCE)
        for batch in _batches(shelf.path):
            table = pa.Table.from_batches([batch])
            _execute(connection, table, _SEEDS, seq=seq + 1, kind=kind.value, source=source.id, position=position)
            _execute(connection, table, _TEXTS, seq=seq + 1 + shelf.n, by=source.by)
            _execute(connection, table, _STATES)
            _execute(connection, table, _LABELS, seq=seq + 1 + 2 * shelf.n, by=source.by)
        return 1 + 3 * shelf.n

    database.writer.run_numbered(add)


def _execute(connection: duckdb.DuckDBPyConnection, table: pa.Table, sql: str, **values: object) -> None:
    connection.register("batch", table)
    connection.execute(sql, values).fetchall()
    connection.unregister("batch")


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_stream(str(path)) as reader:
        yield from reader
