"""Keeping a map whole: the map, who stands where, its clusters; and what people pick out on it, with an audit row each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.domain.map import Map, MapCluster, Selection
from core.domain.project import Audit
from core.store.database import Database
from core.store.tables import insert_facts

_POINTS = """insert into map_point by name
select ?::uuid as map_id, id::uuid as instruction_id, revision_id::uuid as revision_id, x, y, cluster from batch"""
_MEMBERS = """insert into selection_member by name
select ?::uuid as selection_id, p.instruction_id from map_point p join instruction i on i.id = p.instruction_id
where p.map_id = ? and i.seq in (select seq from batch)"""
_N = "select count(*) from selection_member where selection_id = ?"


def keep(database: Database, drawn: Map, points: pa.Table, clusters: Sequence[MapCluster], audit: Audit) -> None:
    """Add a map with its `points` (id, revision_id, x, y, cluster): all of it, or on any error nothing."""

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        used = insert_facts(connection, Map, [drawn], seq)
        insert_facts(connection, MapCluster, clusters, seq)
        connection.register("batch", points)
        connection.execute(_POINTS, [drawn.id]).fetchall()
        connection.unregister("batch")
        return used + insert_facts(connection, Audit, [audit], seq + used)

    database.writer.run_numbered(write)


def select(database: Database, picked: Selection, seqs: npt.NDArray[np.int64], audit: Audit) -> int:
    """Keep what was picked out, as far as it stands on the map. → how many these are; if none, nothing is kept."""
    n = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal n
        connection.register("batch", pa.table({"seq": pa.array(seqs, type=pa.int64())}))
        connection.execute(_MEMBERS, [picked.id, picked.map_id]).fetchall()
        connection.unregister("batch")
        n = _first(connection, _N, picked.id)
        if n == 0:
            return 0
        used = insert_facts(connection, Selection, [replace(picked, n=n)], seq)
        return used + insert_facts(connection, Audit, [audit], seq + used)

    database.writer.run_numbered(write, by_person=True)
    return n


def _first(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: Any) -> int:
    rows = connection.execute(sql, list(parameters)).fetchall()
    return int(rows[0][0])
