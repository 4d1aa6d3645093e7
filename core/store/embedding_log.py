"""Keeping embeddings: by the hash of the text and the model, each once."""

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.store.database import Database

_INSERT = "insert into embedding by name select text_hash, $model as model, vector from batch on conflict do nothing"


def add(database: Database, model: str, hashes: Sequence[str], matrix: npt.NDArray[np.float32]) -> None:
    """One row of the matrix a text. What is there already stays."""

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        connection.register("batch", table(hashes, matrix))
        connection.execute(_INSERT, {"model": model}).fetchall()
        connection.unregister("batch")

    database.writer.run(write)


def table(hashes: Sequence[str], matrix: npt.NDArray[np.float32]) -> pa.Table:
    """The rows as they go in."""
    n, size = matrix.shape
    offsets = pa.array(np.arange(n + 1, dtype=np.int32) * size, type=pa.int32())
    vectors = pa.ListArray.from_arrays(offsets, pa.array(matrix.ravel(), type=pa.float32()))
    return pa.Table.from_arrays([pa.array(hashes, type=pa.string()), vectors], names=["text_hash", "vector"])
