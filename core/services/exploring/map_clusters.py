"""A map's clusters with what is in them by now."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.domain.map import ClusterNow
from core.store import map_reading
from core.store.database import Database

_PARTS = ("kind", "status", "person", "epoch", "operation")


def every(database: Database, map_id: str) -> tuple[ClusterNow, ...]:
    """The largest first. Reference sets are counted by kind alone: they have no status, epoch or operation."""
    counted: dict[int, dict[str, Counter[Any]]] = {}
    for row in map_reading.counts(database, map_id):
        parts = counted.setdefault(row["cluster"], {name: Counter() for name in _PARTS})
        for name in _PARTS[:1] if row["kind"] == "reference" else _PARTS:
            parts[name][row[name]] += row["n"]
    return tuple(_cluster(row, counted[row["cluster"]]) for row in map_reading.clusters(database, map_id))


def _cluster(row: Mapping[str, Any], counted: Mapping[str, Counter[Any]]) -> ClusterNow:
    kinds, statuses, people, epochs, operations = (
        {one: n for one, n in counted[name].items() if one != ""} for name in _PARTS
    )
    return ClusterNow(
        cluster=row["cluster"], n=row["n"], x=row["x"], y=row["y"], words=tuple(row["words"]), name=row["name"],
        named_by=row["named_by"] or "", typical=tuple(row["typical"]), kinds=kinds, statuses=statuses, people=people,
        epochs=epochs, operations=operations,
    )  # fmt: skip
