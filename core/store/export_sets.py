"""Test sets that a dataset is kept clear of: reference sets, and the own prompts of studies; their texts and how near rows are to them."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.domain.shaping import TestSet
from core.errors import BadInput
from core.store.database import Database
from core.store.export_rows import Rows
from core.store.rows import fetched

_AT_ONCE = 4_096
_COMPARED = 256  # rows at once with a whole set: 50 MB beside 50,000 texts
_SETS = """select id::varchar as id, name, taken::bigint as n, seq from source
where kind = 'reference' and taken > 0 and id not in (select source_id from source_removed)
union all
select s.id::varchar, s.name || ', version ' || s.version, count(*), min(s.seq) from study s
join study_prompt_now p on p.study_id = s.id and p.from_instruction_id is null group by s.id, s.name, s.version
order by seq desc"""
# A text of a reference set never changes; nor does what a study asks, once it was opened.
_MEMBERS = """create or replace temp table set_text as
select r.id, r.text_hash from instruction i join revision r on r.of_id = i.id and r."of" = 'instruction'
where i.kind = 'reference' and i.source_id in (select unnest($sets)::uuid) and i.source_id not in (select source_id from source_removed)
union
select r.id, r.text_hash from study_prompt_now p join revision r on r.id = p.revision_id
where p.study_id in (select unnest($sets)::uuid) and p.from_instruction_id is null"""
_TEXTS = "select text from revision where id in (select id from set_text)"
_MODELS = "select model from embedding where text_hash in (select text_hash from set_text) group by model order by count(*) desc, model limit 1"
# The places in the log of what these sets hold; of what a study asks, the copy that is its own.
_SEQS = """select i.seq from instruction i where i.kind = 'reference' and i.source_id in (select unnest($sets)::uuid)
  and i.source_id not in (select source_id from source_removed)
union
select i.seq from study_prompt_now p join instruction i on i.id = p.instruction_id
where p.study_id in (select unnest($sets)::uuid) and p.from_instruction_id is null"""
_PLACED = """create or replace temp table set_row as
select n, r.text_hash from wanted_row w join spot s on s.key = w.key
join revision r on r.id = case when $pairs then s.answer_id else s.text_id end"""
_MISSING = """select count(*) as n from (select text_hash from set_row union select text_hash from set_text)
where text_hash not in (select text_hash from embedding where model = ?)"""
_SET_VECTORS = "select vector from embedding where model = $model and text_hash in (select text_hash from set_text)"
_ROW_VECTORS = (
    """select w.n, e.vector from embedding e join set_row w on w.text_hash = e.text_hash where e.model = $model"""
)

Matrix = npt.NDArray[np.float32]


def sets(database: Database) -> list[TestSet]:
    """What a dataset can be kept clear of, newest first."""
    return [TestSet(id=row["id"], name=row["name"], n=row["n"]) for row in database.query(_SETS)]


def texts(cursor: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> Iterator[str]:
    """The texts of these sets. BadInput for an id that names none."""
    _settle(cursor, ids)
    for batch in cursor.sql(_TEXTS).to_arrow_reader(_AT_ONCE):
        yield from batch.column(0).to_pylist()


def seqs(cursor: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[int]:
    """The instructions of these sets, by their places in the log. BadInput for an id that names none."""
    _settle(cursor, ids)
    return [seq for (seq,) in cursor.execute(_SEQS, {"sets": list(ids)}).fetchall()]


def near(rows: Rows, keys: Sequence[int], ids: Sequence[str], cosine: float, model: str) -> set[int]:
    """The places of those rows that are at least so near to a text of these sets; of a pair, what was accepted.

    By the embeddings of a model that are there already; "" is the one that has most of the sets'. BadInput where one is missing.
    """
    cursor = rows.cursor
    _settle(cursor, ids)
    cursor.register("wanted_row", pa.table({"n": pa.array(np.arange(len(keys))), "key": pa.array(keys, pa.int64())}))
    cursor.execute(_PLACED, {"pairs": rows.are_pairs})
    cursor.unregister("wanted_row")
    model = _complete(cursor, model)
    others = np.concatenate([_matrix(batch.column(0)) for batch in _read(cursor, _SET_VECTORS, model)])
    found: set[int] = set()
    for batch in _read(cursor, _ROW_VECTORS, model):
        best = (_matrix(batch.column(1)) @ others.T).max(axis=1)
        found.update(int(n) for n in batch.column(0).to_numpy()[best >= cosine])
    return found


def _settle(cursor: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
    try:
        cursor.execute(_MEMBERS, {"sets": list(ids)})
    except duckdb.ConversionException:
        raise BadInput("There is no such test set", to_do="Give the id of a reference set or of a study.") from None
    if not fetched(cursor, "select id from set_text limit 1"):
        raise BadInput("The test set has no texts", to_do="Name a reference set, or a study with prompts of its own.")


def _complete(cursor: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The model whose embeddings are compared. BadInput if it has not embedded all of it."""
    model = asked or next((str(row["model"]) for row in fetched(cursor, _MODELS)), "")
    missing = int(fetched(cursor, _MISSING, None, model)[0]["n"])
    if missing:
        raise BadInput(
            f"{missing:,} texts have no embedding by {model[:80] or 'one model'}",
            to_do="Embed them first: the page Data offers it, and `export` does it by itself. Or keep clear by words alone.",
        )
    return model


def _read(cursor: duckdb.DuckDBPyConnection, sql: str, model: str) -> Iterator[Any]:
    return iter(cursor.sql(sql, params={"model": model}).to_arrow_reader(_COMPARED))


def _matrix(column: pa.ListArray) -> Matrix:
    flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False), np.float32)
    return flat.reshape(len(column), -1)
