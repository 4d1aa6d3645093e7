"""One decision on many instructions: the bulk, its members with the text that each had, one event, one undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from core.domain import ids
from core.domain.decision import Act, Decision, Reason, Verdict
from core.store.bulk_effects import project_bulk
from core.store.database import Database
from core.store.tables import insert_facts

_BULK = """insert into bulk by name
select $id::uuid as id, $seq as seq, $filter as filter, $as_of as as_of_seq, $count as count, $by as "by" """
_MEMBERS = """insert into bulk_member by name
select ?::uuid as bulk_id, i.id as instruction_id, s.revision_id
from batch join instruction i using (seq) join instruction_state s on s.id = i.id where s.revision_id is not null"""
_DECIDED = "select id, person_id from decision where bulk_id = ? and act <> 'undo'"
_UNDONE = "select count(*) from decision where undoes_id = ?"
_LATEST = """select b.id, b.count, b.filter, d.person_id, d.verdict, d.reason, d.note, d.received_at,
  d.id in (select undoes_id from decision where act = 'undo' and undoes_id is not null) as undone
from bulk b join decision d on d.bulk_id = b.id and d.act <> 'undo' order by b.seq desc limit ?"""
_ONE = """select b.id, b.count, b.filter, d.person_id, d.verdict, d.reason, d.note, d.received_at,
  d.id in (select undoes_id from decision where act = 'undo' and undoes_id is not null) as undone
from bulk b join decision d on d.bulk_id = b.id and d.act <> 'undo' where b.id = ?"""
_AS_OF = "select coalesce(max(seq), 0) as seq from instruction"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What is to be decided of many at once, by whom. `wanted` says in JSON which ones were meant."""

    id: str
    person_id: str
    verdict: Verdict
    wanted: str
    reason: Reason | None = None
    note: str | None = None


def as_of(database: Database) -> int:
    """The `seq` of the newest instruction."""
    return int(database.query(_AS_OF)[0]["seq"])


def apply(database: Database, bulk: Bulk, seqs: Sequence[int], now: datetime) -> int:
    """Decide all of them in one transaction. → how many further ones below them were set aside or brought back.

    Nothing is written if not exactly these are there.
    """
    below = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal below
        connection.register("batch", pa.table({"seq": pa.array(seqs, type=pa.int64())}))
        connection.execute(_MEMBERS, [bulk.id])
        connection.unregister("batch")
        ((n,),) = connection.execute("select count(*) from bulk_member where bulk_id = ?", [bulk.id]).fetchall()
        if n != len(seqs):
            raise LookupError(f"{n} of {len(seqs)} members are there")
        row = {"id": bulk.id, "seq": seq, "filter": bulk.wanted, "as_of": seq, "count": n, "by": bulk.person_id}
        connection.execute(_BULK, row)
        insert_facts(connection, Decision, [_decision(bulk, now)], seq + 1)
        below = project_bulk(connection, bulk.id)
        return 2

    database.writer.run_numbered(write, by_person=True)
    return below


def undo(database: Database, person_id: str, bulk_id: str, now: datetime) -> int:
    """Take all of it back. → the same count. Doing it twice changes nothing."""
    below = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal below
        ((decision_id, _),) = connection.execute(_DECIDED, [bulk_id]).fetchall()
        ((times,),) = connection.execute(_UNDONE, [decision_id]).fetchall()
        if times:
            return 0
        taken_back = Decision(
            id=ids.decision_id(bulk_id, Act.UNDO), person_id=person_id, act=Act.UNDO, received_at=now, bulk_id=bulk_id,
            undoes_id=str(decision_id), origin="bulk",
        )  # fmt: skip
        insert_facts(connection, Decision, [taken_back], seq)
        below = project_bulk(connection, bulk_id)
        return 1

    database.writer.run_numbered(write, by_person=True)
    return below


def latest(database: Database, most: int) -> list[dict[str, Any]]:
    """Newest first: id, count, filter, person_id, verdict, reason, note, received_at, undone."""
    return database.query(_LATEST, [most])


def one(database: Database, bulk_id: str) -> dict[str, Any] | None:
    return next(iter(database.query(_ONE, [bulk_id])), None)


def _decision(bulk: Bulk, now: datetime) -> Decision:
    act = Act(bulk.verdict)
    return Decision(
        id=ids.decision_id(bulk.id, act),
        person_id=bulk.person_id,
        act=act,
        received_at=now,
        bulk_id=bulk.id,
        verdict=bulk.verdict,
        reason=bulk.reason,
        note=bulk.note,
        origin="bulk",
    )
