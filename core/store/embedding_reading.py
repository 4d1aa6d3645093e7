"""Embeddings of texts: which are missing, which texts those are, and many of them at once as one matrix."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.domain.queue import QueueFilter
from core.store import queue_reading
from core.store.database import Database

_AT_ONCE = 4_096  # rows of a matrix, or texts, that are in memory twice
_TEXTS = """create temp table wanted_text as
select w.place, i.seq, s.revision_id, r.text_hash
from wanted w join instruction i on i.seq = w.seq join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id"""
_KEYS = "select seq, revision_id::varchar as revision_id, text_hash from wanted_text order by place"
_PLACES = "select place, seq from wanted_text order by place"
_HAVE = "select text_hash from embedding where model = $model"
_VECTORS = """select w.place, e.vector from embedding e join wanted_text w on w.text_hash = e.text_hash
where e.model = $model"""
_DIMENSIONS = "select len(vector) as n from embedding where model = ? limit 1"
_MODELS = "select model, count(*) as n from embedding group by model order by n desc, model"
_MISSING = """select count(distinct text_hash) as n from wanted_text
where text_hash not in (select text_hash from embedding where model = $model)"""
_ALL_TEXTS = "select count(distinct text_hash) as n from wanted_text"
# Ids first: whoever groups texts holds all of them in memory.
_MISSING_TEXTS = """select r.text_hash, r.text from revision r where r.id in (
  select any_value(revision_id) from wanted_text
  where text_hash not in (select text_hash from embedding where model = $model) group by text_hash)"""
_WANTED_TEXTS = """select w.place, r.text from wanted_text w join revision r on r.id = w.revision_id order by w.place"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vectors:
    """Embeddings of instructions, in the order of their `seq`: one row each, float32, of length 1.

    `missing` instructions of the filter have none; they have no row here.
    """

    seqs: npt.NDArray[np.int64]
    matrix: npt.NDArray[np.float32]
    missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The instructions of some filters, settled at one moment in temporary tables of one cursor: use it inside `wanted`."""

    cursor: duckdb.DuckDBPyConnection
    n: int

    def count_texts(self) -> int:
        """How many different texts these are."""
        return _first(self.cursor, _ALL_TEXTS)

    def count_missing(self, model: str) -> int:
        """How many of those have no embedding by this model."""
        return _first(self.cursor, _MISSING, model=model)

    def missing(self, model: str) -> Iterator[pa.RecordBatch]:
        """Those texts: text_hash, text."""
        yield from self.cursor.sql(_MISSING_TEXTS, params={"model": model}).to_arrow_reader(_AT_ONCE)

    def texts(self) -> Iterator[pa.RecordBatch]:
        """The text of every instruction, by place: place, text."""
        yield from self.cursor.sql(_WANTED_TEXTS).to_arrow_reader(_AT_ONCE)

    def keys(self) -> pa.Table:
        """By place: seq, revision_id, text_hash."""
        return self.cursor.sql(_KEYS).to_arrow_table()

    def vectors(self, model: str, dimensions: int) -> Vectors:
        """All embeddings of them in one matrix."""
        matrix = np.zeros((self.n, dimensions), np.float32)
        seqs: npt.NDArray[np.int64] = self.cursor.execute(_PLACES).fetchnumpy()["seq"].astype(np.int64)
        has_one = np.zeros(self.n, np.bool_)
        for batch in self.cursor.sql(_VECTORS, params={"model": model}).to_arrow_reader(_AT_ONCE):
            places = batch.column(0).to_numpy()
            matrix[places] = _matrix(batch.column(1), dimensions)
            has_one[places] = True
        missing = int(self.n - has_one.sum())
        return Vectors(
            seqs=seqs[has_one] if missing else seqs, matrix=matrix[has_one] if missing else matrix, missing=missing
        )


@contextmanager
def wanted(database: Database, *filters: QueueFilter) -> Iterator[Wanted]:
    """What these filters mean together, in the order of `seq`."""
    found = [np.asarray(queue_reading.matching(database, one), np.int64) for one in filters]
    seqs: npt.NDArray[np.int64] = np.unique(np.concatenate(found))
    with database.cursor() as cursor:
        cursor.register("wanted", pa.table({"place": pa.array(np.arange(len(seqs))), "seq": pa.array(seqs)}))
        try:
            cursor.execute(_TEXTS).fetchall()
            yield Wanted(cursor=cursor, n=len(seqs))
        finally:
            cursor.unregister("wanted")
            cursor.execute("drop table if exists wanted_text").fetchall()


def vectors(database: Database, model: str, *filters: QueueFilter) -> Vectors:
    """The embeddings by this model of what these filters mean together, as one matrix (4 bytes a number)."""
    size = dimensions(database, model)
    with wanted(database, *filters) as found:
        return found.vectors(model, size)


def dimensions(database: Database, model: str) -> int:
    """How many numbers an embedding by this model has; 0 while there is none."""
    return next((int(row["n"]) for row in database.query(_DIMENSIONS, [model])), 0)


def models(database: Database) -> Mapping[str, int]:
    """Which models have embedded how many texts here."""
    return {str(row["model"]): int(row["n"]) for row in database.query(_MODELS)}


def _matrix(column: pa.ListArray, dimensions: int) -> npt.NDArray[np.float32]:
    flat = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, np.float32).reshape(len(column), dimensions)


def _first(cursor: duckdb.DuckDBPyConnection, sql: str, **asked: Any) -> int:
    rows = cursor.execute(sql, asked).fetchall()
    return int(rows[0][0])
