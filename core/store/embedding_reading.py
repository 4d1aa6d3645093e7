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

Floats = npt.NDArray[np.float32]
Bits = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]  # in the log, in their order, each once
_AT_ONCE = 4_096  # rows of a matrix that are in memory twice
_WANTED = """create temp table wanted_text as
select w.place, i.seq, i.id, s.revision_id, r.text_hash, (dense_rank() over (order by r.text_hash) - 1)::integer as text_place
from wanted w join instruction i on i.seq = w.seq join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id"""
_KEYS = "select seq, id::varchar as id, revision_id::varchar as revision_id, text_place from wanted_text order by place"
_PLACES = "select seq from wanted_text order by place"
_HASHES = "select distinct text_place, text_hash from wanted_text order by text_place"
_N_TEXTS = "select coalesce(max(text_place), -1) + 1 from wanted_text"
# The first revision of a text stands for all that say the same. Ids first: whoever groups texts holds all of them in memory.
_ONE_EACH = "create temp table one_text as select text_place, text_hash, any_value(revision_id) as revision_id from wanted_text group by all"
_MISSING = "select count(*) from one_text where text_hash not in (select text_hash from embedding where model = $model)"
_MISSING_TEXTS = """select o.text_hash, r.text from one_text o join revision r on r.id = o.revision_id
where o.text_hash not in (select text_hash from embedding where model = $model)"""
_TEXTS = "select o.text_place, r.text from one_text o join revision r on r.id = o.revision_id order by o.text_place"
# Narrow columns are joined first: the planner would else gather all vectors in memory to look them up there.
_ROWS_OF_TEXTS = """create or replace temp table wanted_row as
select e.rowid as place_there, o.text_place as place from embedding e join one_text o on o.text_hash = e.text_hash where e.model = $model"""
_ROWS_OF_EACH = """create or replace temp table wanted_row as
select e.rowid as place_there, w.place from embedding e join wanted_text w on w.text_hash = e.text_hash where e.model = $model"""
_ROWS = "select place_there, place from wanted_row order by place_there"
_VECTORS = "select rowid as place_there, vector from embedding where rowid in (select place_there from wanted_row)"
_DIMENSIONS = "select len(vector) as n from embedding where model = ? limit 1"
# By counts of words, so that no text is read for an estimate.
_EXTENT = """select count(*) as texts, count(*) filter (e.text_hash is null) as missing,
  coalesce(sum(w.words) filter (e.text_hash is null), 0)::bigint as words,
  coalesce(sum(least(w.words, $most_words)) filter (e.text_hash is null), 0)::bigint as words_read
from (select r.text_hash, any_value(r.words) as words from wanted w join instruction i on i.seq = w.seq
  join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id group by r.text_hash) w
left join (select text_hash from embedding where model = $model) e on e.text_hash = w.text_hash"""
_FAILED = """select error_detail from call where run_id = ? and error_detail is not null order by seq desc limit 1"""
_MODELS = "select model, count(*) as n from embedding group by model order by n desc, model"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vectors:
    """Embeddings of instructions, in the order of their `seq`: one row each, float32, of length 1.

    `missing` instructions of the filter have none; they have no row here.
    """

    seqs: npt.NDArray[np.int64]
    matrix: Floats
    missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The instructions of some filters and their different texts, settled at one moment: use it inside `wanted`.

    Different texts have a place each, in the order of their hashes.
    """

    cursor: duckdb.DuckDBPyConnection
    n: int
    texts: int

    def count_missing(self, model: str) -> int:
        """How many texts have no embedding by this model."""
        return _first(self.cursor, _MISSING, model=model)

    def missing(self, model: str, at_once: int) -> Iterator[pa.RecordBatch]:
        """Those texts, at most so many at a time: text_hash, text."""
        yield from self.cursor.sql(_MISSING_TEXTS, params={"model": model}).to_arrow_reader(at_once)

    def in_words(self, at_once: int) -> Iterator[pa.RecordBatch]:
        """Every text, at most so many at a time: text_place, text."""
        yield from self.cursor.sql(_TEXTS).to_arrow_reader(at_once)

    def keys(self) -> pa.Table:
        """Of each instruction: seq, id, revision_id, text_place."""
        return self.cursor.sql(_KEYS).to_arrow_table()

    def hashes(self) -> list[str]:
        """The hash of each text, by its place."""
        return [str(hash_) for _, hash_ in self.cursor.execute(_HASHES).fetchall()]

    def embeddings(self, model: str, dimensions: int) -> tuple[Floats, Bits]:
        """A row of each text that has an embedding, by place; and which ones these are."""
        return self._matrix(_ROWS_OF_TEXTS, self.texts, model, dimensions)

    def vectors(self, model: str, dimensions: int) -> Vectors:
        """A row of each instruction whose text has one."""
        seqs = np.asarray(self.cursor.execute(_PLACES).fetchnumpy()["seq"], np.int64)
        matrix, has_one = self._matrix(_ROWS_OF_EACH, self.n, model, dimensions)
        return Vectors(seqs=seqs[has_one], matrix=matrix, missing=self.n - len(matrix))

    def _matrix(self, sql: str, n: int, model: str, dimensions: int) -> tuple[Floats, Bits]:
        """The embeddings that there are, by place; and which of the n places have one."""
        self.cursor.execute(sql, {"model": model}).fetchall()
        found = self.cursor.execute(_ROWS).fetchnumpy()
        places = np.asarray(found["place"], np.int64)
        has_one = np.zeros(n, np.bool_)
        has_one[places] = True
        at = (np.cumsum(has_one) - 1)[places]
        theirs, first, of = np.unique(found["place_there"], return_index=True, return_inverse=True)
        matrix = np.empty((len(places), dimensions), np.float32)
        for batch in self.cursor.sql(_VECTORS).to_arrow_reader(_AT_ONCE):
            matrix[at[first[np.searchsorted(theirs, batch.column(0).to_numpy())]]] = _of_lists(
                batch.column(1), dimensions
            )
        again = np.ones(len(places), np.bool_)
        again[first] = False  # others that say the same
        matrix[at[again]] = matrix[at[first[of[again]]]]
        return matrix, has_one


def meant(database: Database, *filters: QueueFilter) -> Places:
    """The places in the log of what these filters mean together now."""
    found = [np.asarray(queue_reading.matching(database, one), np.int64) for one in filters]
    return np.unique(np.concatenate(found))


@contextmanager
def wanted(database: Database, *filters: QueueFilter) -> Iterator[Wanted]:
    """What these filters mean together, in the order of `seq`."""
    with wanted_at(database, meant(database, *filters)) as found:
        yield found


@contextmanager
def wanted_at(database: Database, seqs: Places) -> Iterator[Wanted]:
    """The instructions at these places in the log, in their order."""
    with _settled(database, seqs) as (cursor, n):
        cursor.execute(_WANTED).fetchall()
        cursor.execute(_ONE_EACH).fetchall()
        yield Wanted(cursor=cursor, n=n, texts=_first(cursor, _N_TEXTS))


@contextmanager
def _settled(database: Database, seqs: Places) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """A cursor that knows these instructions as `wanted`, and how many they are."""
    with database.cursor() as cursor:
        cursor.register("wanted", pa.table({"place": pa.array(np.arange(len(seqs))), "seq": pa.array(seqs)}))
        try:
            yield cursor, len(seqs)
        finally:
            cursor.unregister("wanted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How many different texts some filters mean, how many of them have no embedding, and how many words those have.

    `words_read`: as far as a model reads that stops after so many words of each.
    """

    texts: int
    missing: int
    words: int
    words_read: int


def extent(database: Database, model: str, most_words: int, seqs: Places) -> Extent:
    """What there is to embed of the instructions at these places."""
    with _settled(database, seqs) as (cursor, _):
        asked = {"model": model, "most_words": most_words}
        ((texts, missing, words, words_read),) = cursor.execute(_EXTENT, asked).fetchall()
    return Extent(texts=texts, missing=missing, words=words, words_read=words_read)


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


def last_failure(database: Database, errand_id: str) -> str:
    """What the endpoint said when a call of this errand failed last; "" if none did."""
    return next((str(row["error_detail"])[:200] for row in database.query(_FAILED, [errand_id])), "")


def _of_lists(column: pa.ListArray, dimensions: int) -> Floats:
    flat = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, np.float32).reshape(len(column), dimensions)


def _first(cursor: duckdb.DuckDBPyConnection, sql: str, **asked: Any) -> int:
    rows = cursor.execute(sql, asked).fetchall()
    return int(rows[0][0])
