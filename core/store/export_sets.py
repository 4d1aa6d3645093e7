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
from core.store.rows import fetched

_AT_ONCE = 4_096
_COMPARED = 256  # rows at once with a whole set: 50 MB beside 50,000 texts
_SETS = """select id::varchar as id, name, taken::bigint as n, seq from source where kind = 'reference' and taken > 0
union all
select s.id::varchar, s.name || ', version ' || s.version, count(*), min(s.seq) from study s
join study_prompt_now p on p.study_id = s.id and p.from_instruction_id is null group by s.id, s.name, s.version
order by seq desc"""
# A text of a reference set never changes; nor does what a study asks, once it was opened.
_MEMBERS = """create or replace temp table set_text as
select r.id, r.text_hash from instruction i join revision r on r.of_id = i.id and r."of" = 'instruction'
where i.kind = 'reference' and i.source_id in (select unnest($sets)::uuid)
union
select r.id, r.text_hash from study_prompt_now p join revision r on r.id = p.revision_id
where p.study_id in (select unnest($sets)::uuid) and p.from_instruction_id is null"""
_TEXTS = "select text from revision where id in (select id from set_text)"
_MODELS = "select model from embedding where text_hash in (select text_hash from set_text) group by model order by count(*) desc, model limit 1"
_PLACED = """create or replace temp table set_row as
select n, r.text_hash from wanted_row w join spot s on s.key = w.key join revision r on r.id = s.text_id"""
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


def near(cursor: duckdb.DuckDBPyConnection, keys: Sequence[int], ids: Sequence[str], cosine: float) -> set[int]:
    """The places of those rows (their keys in the table `spot`) that are at least so near to a text of these sets.

    By the embeddings that are there already, of the model that has most of the sets. BadInput where one is missing.
    """
    _settle(cursor, ids)
    cursor.register("wanted_row", pa.table({"n": pa.array(np.arange(len(keys))), "key": pa.array(keys, pa.int64())}))
    cursor.execute(_PLACED)
    cursor.unregister("wanted_row")
    model = _model(cursor)
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


def _model(cursor: duckdb.DuckDBPyConnection) -> str:
    model = next((str(row["model"]) for row in fetched(cursor, _MODELS)), "")
    missing = int(fetched(cursor, _MISSING, None, model)[0]["n"])
    if missing:
        raise BadInput(
            f"{missing:,} texts have no embedding by one model",
            to_do="Draw a map of the dataset and the set on the page Explore first, or keep clear by words alone.",
        )
    return model


def _read(cursor: duckdb.DuckDBPyConnection, sql: str, model: str) -> Iterator[Any]:
    return iter(cursor.sql(sql, params={"model": model}).to_arrow_reader(_COMPARED))


def _matrix(column: pa.ListArray) -> Matrix:
    flat = np.asarray(column.flatten().to_numpy(zero_copy_only=False), np.float32)
    return flat.reshape(len(column), -1)
