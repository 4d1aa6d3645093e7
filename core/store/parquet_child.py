"""Reads Parquet in a process of its own, and says its rows as JSON lines: `python -m core.store.parquet_child FILE [COLUMN …]`.

The library that reads Parquet trusts what a file says of itself: a damaged or malicious one can crash the process or fill
its memory. Here that ends only this process.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.lifeline import end_with_the_app
from core.store.parquet import DESCRIBED, REFUSED

_AT_ONCE = 256  # rows: a text of 1 MB that the file names a million times is unfolded so often and no more
_MOST_COLUMNS = 1_000
_MOST_UNPACKED = 2**30  # bytes that one row group of the wanted columns may unfold to
_MOST_MEMORY = 3 * 2**30  # bytes of address space
_THRIFT = 2**24  # bytes of the file's own description
_LIMITS = {"thrift_string_size_limit": _THRIFT, "thrift_container_size_limit": _THRIFT // 16}
_NOT_UTF_8 = b"\xff"


def main(path: str, *columns: str) -> int:
    end_with_the_app()
    _bound_memory()
    try:
        for line in [_described(Path(path))] if columns == (DESCRIBED,) else _lines(Path(path), columns):
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        return 0  # nobody wants to hear the rest
    except (pa.ArrowException, OSError, ValueError, MemoryError, RecursionError) as error:
        sys.stderr.write(str(error)[:300])
        return REFUSED
    return 0


def _bound_memory() -> None:
    """Where the system can: what unfolds to more than that ends in an error, not in a full machine."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _described(path: Path) -> bytes:
    with pq.ParquetFile(path, **_LIMITS) as file:
        entries = file.metadata.metadata or {}
        own = {key.decode(): value.decode() for key, value in entries.items() if key != b"ARROW:schema"}
        return json.dumps(own).encode("ascii")


def _lines(path: Path, columns: Sequence[str]) -> Iterator[bytes]:
    with pq.ParquetFile(path, **_LIMITS) as file:
        schema = file.schema_arrow
        if len(schema.names) > _MOST_COLUMNS:
            raise ValueError(f"{len(schema.names):,} columns; at most {_MOST_COLUMNS:,}")
        wanted = [name for name in (columns or _readable(schema)) if name in schema.names]
        if not wanted:
            raise ValueError("no column with text")
        _require_small(file.metadata, wanted)
        for batch in file.iter_batches(batch_size=_AT_ONCE, columns=wanted, use_threads=False):
            yield from _of_batch(batch)


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


def _of_batch(batch: pa.RecordBatch) -> Iterator[bytes]:
    try:
        yield from map(_line, batch.to_pylist())
    except UnicodeDecodeError:
        for number in range(batch.num_rows):
            yield _single(batch.slice(number, 1))


def _single(batch: pa.RecordBatch) -> bytes:
    try:
        return _line(batch.to_pylist()[0])
    except UnicodeDecodeError:
        return _NOT_UTF_8


def _line(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, default=_unlike_text).encode("ascii")


def _unlike_text(value: object) -> dict[str, str]:
    """A time, a decimal, bytes: no text, and never to be taken for one. Of a time it is said which."""
    return {"type": type(value).__name__} | ({"iso": value.isoformat()} if isinstance(value, date) else {})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
