"""A project whose instructions stand on a made-up map, and the same points as a table for an app that is no studio."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.exports import build as grown
from core.domain.map import Map, MapCluster
from core.domain.project import Audit
from core.store import map_log
from core.store.database import Database, open_database

SLUG, MAP_ID = "mapped", "0199c0de-0000-7000-8000-000000000001"
CLUSTERS = 20
_STANDING = """select i.id::varchar as id, s.revision_id::varchar as revision_id, coalesce(i.operation, 'seed') as operation
from instruction i join instruction_state s on s.id = i.id order by i.seq"""


def build(home: Path, n: int) -> None:
    """So many instructions in `home`, all of them on one map."""
    path = home / "projects" / f"{SLUG}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    grown(path, n)
    database = open_database(path, "project")
    points = placed(database)
    keep(database, points.drop_columns(["operation"]))
    database.close()
    pq.write_table(points.select(["x", "y", "operation"]), home / "points.parquet")


def placed(database: Database) -> pa.Table:
    """Every instruction somewhere in one of the clusters."""
    with database.cursor() as cursor:
        points = cursor.sql(_STANDING).to_arrow_table()
    draw = np.random.default_rng(3)
    cluster = draw.integers(0, CLUSTERS, len(points))
    places = draw.uniform(-60, 60, (CLUSTERS, 2))[cluster] + draw.normal(0, 5, (len(points), 2))
    columns = {"x": places[:, 0].astype("f4"), "y": places[:, 1].astype("f4"), "cluster": cluster.astype("i4")}
    for name, values in columns.items():
        points = points.append_column(name, pa.array(values))
    return points


def keep(database: Database, points: pa.Table) -> None:
    """The map as a fact, as a drawing leaves it."""
    now = datetime.now(UTC)
    drawn = Map(
        id=MAP_ID, name="Everything", filter="", model="made up", n=len(points), drawn=len(points), left_out=0, clusters=CLUSTERS,
        perplexity=30.0, rng_seed=3, set_hash="made up", by="local", made_at=now,
    )  # fmt: skip
    sizes = np.bincount(points["cluster"].to_numpy(), minlength=CLUSTERS)
    clusters = [
        MapCluster(map_id=MAP_ID, cluster=at, n=int(size), words=(f"word{at}", "other"), typical=(), x=0.0, y=0.0)
        for at, size in enumerate(sizes)
    ]
    audit = Audit(person_id="local", act="map drawn", subject=MAP_ID, origin="", received_at=now)
    map_log.keep(database, drawn, points, clusters, audit)
