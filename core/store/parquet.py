"""Rows from Parquet, a few at a time. What would unfold into too much memory is refused before it is read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.domain.source import Record, Refusal
from core.errors import BadInput

_AT_ONCE = 128  # rows; each cell is at most 1 MB in memory that counts
_MOST_COLUMNS = 1_000
_MOST_UNPACKED = 2**30  # bytes that one row group of the wanted columns may unfold to
_THRIFT = 2**24  # bytes and items of the file's own description


def records(path: Path, columns: Sequence[str] = ()) -> Iterator[Record | Refusal]:
    """Each row with these columns (none named: all that hold text or lists). `row` counts from 1. Raises BadInput."""
    try:
        yield from _rows(path, columns)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise BadInput(
            f"The Parquet file cannot be read ({str(error)[:200]})",
            where=path.name,
            to_do="Write it again, with row groups below 1 GB, or choose another file. Nothing was imported.",
        ) from error


def _rows(path: Path, columns: Sequence[str]) -> Iterator[Record | Refusal]:
    limits = {"thrift_string_size_limit": _THRIFT, "thrift_container_size_limit": _THRIFT // 16}
    with pq.ParquetFile(path, **limits) as file:
        schema = file.schema_arrow
        if len(schema.names) > _MOST_COLUMNS:
            raise ValueError(f"{len(schema.names):,} columns; at most {_MOST_COLUMNS:,}")
        wanted = [name for name in (columns or _readable(schema)) if name in schema.names]
        if not wanted:
            raise ValueError("no column with text")
        _require_small(file.metadata, wanted)
        texts = [name for name in wanted if pa.types.is_string(schema.field(name).type)]
    with pq.ParquetFile(path, read_dictionary=texts, **limits) as file:
        row = 1
        for batch in file.iter_batches(batch_size=_AT_ONCE, columns=wanted, use_threads=False):
            yield from _of_batch(batch, row)
            row += batch.num_rows


def _readable(schema: pa.Schema) -> list[str]:
    """Every column but pictures and other bytes."""
    return [field.name for field in schema if not pa.types.is_binary(field.type)]


def _require_small(metadata: Any, wanted: Sequence[str]) -> None:
    """A few kilobytes can claim to be many gigabytes: the file says of each column how much it unfolds to."""
    for group in range(metadata.num_row_groups):
        about = metadata.row_group(group)
        chunks = [about.column(number) for number in range(about.num_columns)]
        size = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.split(".")[0] in wanted)
        if size > _MOST_UNPACKED:
            raise ValueError(f"row group {group + 1} unfolds to {size / 2**30:,.1f} GB; at most 1 GB")


def _of_batch(batch: pa.RecordBatch, first: int) -> Iterator[Record | Refusal]:
    try:
        for row, fields in enumerate(batch.to_pylist(), first):
            yield Record(row=row, fields=fields)
    except UnicodeDecodeError:
        for number in range(batch.num_rows):
            yield _single(batch.slice(number, 1), first + number)


def _single(batch: pa.RecordBatch, row: int) -> Record | Refusal:
    try:
        return Record(row=row, fields=batch.to_pylist()[0])
    except UnicodeDecodeError:
        return Refusal(row=row, reason="is not UTF-8")
