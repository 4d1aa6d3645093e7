"""Saved queues: each as it is now; every change with an audit row that says who, when and what."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import duckdb

from core.domain.project import Audit
from core.domain.queue import Asks, Queue, QueueFilter, Sort
from core.store.database import Database
from core.store.tables import insert_facts

_ALL = "select * exclude (seq) from queue order by seq"
_ONE = "select * exclude (seq) from queue where id = ?"
# A change keeps the place that the queue has in the list.
_SAVE = """insert into queue by name
select $id::uuid as id, $seq as seq, $name as name, $filter as filter, $sort as sort, $overlap as overlap, $overlap_share as overlap_share,
  $blind as blind, $audit_share as audit_share, $repeat_share as repeat_share, $adjudicates as adjudicates, $archived as archived,
  $asks as asks
on conflict (id) do update set name = excluded.name, filter = excluded.filter, sort = excluded.sort, overlap = excluded.overlap,
  overlap_share = excluded.overlap_share, blind = excluded.blind, audit_share = excluded.audit_share,
  repeat_share = excluded.repeat_share, adjudicates = excluded.adjudicates, archived = excluded.archived,
  asks = excluded.asks"""
_EMPTY = QueueFilter()


def queues(database: Database) -> list[Queue]:
    """Every saved queue, the archived ones too, in the order of their making."""
    return [_queue(row) for row in database.query(_ALL)]


def queue(database: Database, id_: str) -> Queue | None:
    """One saved queue."""
    return next((_queue(row) for row in database.query(_ONE, [id_])), None)


def save(database: Database, of: Queue, audit: Audit) -> None:
    """Keep a queue as it now is: a new one, or instead of what it was."""

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        row = asdict(of) | {"filter": as_json(of.filter), "sort": str(of.sort), "asks": str(of.asks), "seq": seq}
        connection.execute(_SAVE, row)
        return 1 + insert_facts(connection, Audit, [audit], seq + 1)

    database.writer.run_numbered(write, by_person=True)


def as_json(wanted: QueueFilter) -> str:
    """A filter as it is kept: only what differs from the usual one, so that new fields need no migration."""
    said = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
    return json.dumps({name: value for name, value in said.items() if value != getattr(_EMPTY, name)}, sort_keys=True)


def from_json(text: str) -> QueueFilter:
    """The filter again; fields that this studio does not know are left out."""
    return filter_from(json.loads(text))


def filter_from(said: Mapping[str, Any]) -> QueueFilter:
    known = {one.name for one in fields(QueueFilter)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return QueueFilter(**{name: value for name, value in values.items() if name in known})


def _queue(row: Mapping[str, Any]) -> Queue:
    return Queue(**{**row, "filter": from_json(row["filter"]), "sort": Sort(row["sort"]), "asks": Asks(row["asks"])})
