"""Rows that are kept aside in a file while they are read and looked up, so that a million of them need little memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pyarrow as pa

from core.store.writer import DiskFull

_AT_ONCE = 4_096  # rows that are held in memory


@dataclass(slots=True)
class Shelf:
    """Rows kept aside in a file, in their order. Use it with `kept`."""

    path: Path
    schema: pa.Schema
    n: int = 0
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _writer: pa.RecordBatchStreamWriter | None = None

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Rows are added inside of this block, and read after it."""
        self._writer = pa.ipc.new_stream(str(self.path), self.schema)
        try:
            yield self
            self._flush()
        finally:
            self._writer.close()

    def add(self, *row: object) -> None:
        """One more, its values in the order of the columns. DiskFull when the disk is."""
        self._rows.append(row)
        self.n += 1
        if self.n % _AT_ONCE == 0:
            self._flush()

    def read(self) -> pa.RecordBatchReader:
        return pa.ipc.open_stream(str(self.path))

    def _flush(self) -> None:
        assert self._writer is not None
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, type=kind) for column, kind in zip(columns, self.schema.types, strict=False)]
        self._rows.clear()
        if not arrays:
            return
        try:
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        except OSError as error:
            raise DiskFull("The disk is full", to_do="Free some space, then import again.") from error
