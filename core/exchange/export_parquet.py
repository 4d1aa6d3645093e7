"""Rows as Parquet, in row groups: each is written out when it is full, and forgotten."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.exchange.export_texts import messages_of

_GROUP_ROWS = 2_000
_GROUP_BYTES = 16 * 2**20  # of text, about
DATA = pa.schema(
    [
        ("id", pa.string()), ("seed_id", pa.string()), ("run", pa.int32()), ("kind", pa.string()), ("operation", pa.string()),
        ("epoch", pa.int32()), ("depth", pa.int32()), ("instruction", pa.string()), ("response", pa.string()),
        ("response_is_stale", pa.bool_()), ("difficulty", pa.float64()), ("words_added", pa.int32()),
        ("run_status", pa.string()), ("human_status", pa.string()), ("evolved_by", pa.string()), ("answered_by", pa.string()),
    ]
)  # fmt: skip
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
CHAT = pa.schema(
    [
        ("messages", MESSAGES), ("id", pa.string()), ("seed_id", pa.string()), ("operation", pa.string()), ("epoch", pa.int32()),
        ("difficulty", pa.float64()), ("human_status", pa.string()),
    ]
)  # fmt: skip
PAIRS = pa.schema(
    [
        ("id", pa.string()), ("seed_id", pa.string()), ("prompt", pa.string()), ("chosen", pa.string()), ("rejected", pa.string()),
        ("chosen_id", pa.string()), ("rejected_id", pa.string()), ("chosen_operation", pa.string()),
        ("rejected_operation", pa.string()), ("epoch", pa.int32()), ("reason", pa.string()),
    ]
)  # fmt: skip


def data_parquet(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Instructions with their responses, every column typed. Each table has the columns of DataRow and becomes a row group."""
    return _written(DATA, (table.select(DATA.names).cast(DATA) for table in tables))


def chat_parquet(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """The same as messages."""
    return _written(CHAT, map(_chat, tables))


def pairs_parquet(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Pairs; each table has the columns of PairRow."""
    return _written(PAIRS, (table.select(PAIRS.names).cast(PAIRS) for table in tables))


def _chat(table: pa.Table) -> pa.Table:
    said = zip(table.column("instruction").to_pylist(), table.column("response").to_pylist(), strict=True)
    messages = pa.array([messages_of(*one) for one in said], MESSAGES)
    return pa.table(
        [messages, *(table.column(name).cast(CHAT.field(name).type) for name in CHAT.names[1:])], schema=CHAT
    )


def _written(schema: pa.Schema, tables: Iterable[pa.Table]) -> Iterator[bytes]:
    out = Out()
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)
            yield out.take()
    yield out.take()


def parquet(
    schema: pa.Schema, rows: Iterable[tuple[dict[str, Any], int]], last_words: Callable[[], Mapping[str, str]]
) -> Iterator[bytes]:
    """A Parquet file in pieces. Each row comes with its size in bytes, about; `last_words` is asked when all rows are out.

    It becomes metadata of the file, beside the schema's own.
    """
    out = Out()
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
        group: list[dict[str, Any]] = []
        n_bytes = 0
        for row, size in rows:
            group.append(row)
            n_bytes += size
            if len(group) >= _GROUP_ROWS or n_bytes >= _GROUP_BYTES:
                writer.write_table(pa.Table.from_pylist(group, schema=schema))
                group, n_bytes = [], 0
                yield out.take()
        if group:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
        writer.add_key_value_metadata(dict(last_words()))
    yield out.take()


class Out(io.RawIOBase):
    """Where the file is written to: nothing is kept that was taken. It knows how far it is and cannot go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        piece = bytes(part)
        self._parts.append(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        """What was written since the last time."""
        piece = b"".join(self._parts)
        self._parts.clear()
        return piece
