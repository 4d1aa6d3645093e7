"""What becomes of an import later: a reference set is removed or brought back, the decisions of a file are taken back as one."""

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from core.domain import ids
from core.domain.project import Audit
from core.domain.source import Label, SourceEvent, Standing
from core.store.bulk_effects import project_touched
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts

_STATE = "select arg_max(kind, seq) as kind from source_event where source_id = ?"
_RANGE = "select first_seq, last_seq from said_import where source_id = ?"
# What was taken back one by one before stays so, and is none of it.
_STANDING = """select seq, id, act, instruction_id, revision_id from decision
where seq between $first and $last and origin = 'imported' and act <> 'undo'
  and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)"""
_COUNT = "select count(*), count(distinct instruction_id) from taken_back"
_OUT = "create or replace temp table taken_back as " + _STANDING
_OUT_IDS = "select id::varchar as id from taken_back order by seq"
_UNDO = """insert into decision by name
select $seq + b.n as seq, b.undo_id::uuid as id, $by as person_id, 'undo' as act, t.instruction_id, t.revision_id, t.id as undoes_id,
  'imported' as origin, $now as received_at
from batch b join taken_back t on t.id = b.id::uuid"""
_UNFLAG = """insert into instruction_state (id, flagged)
select instruction_id as id, instruction_id in (
  select instruction_id from decision where act = 'flag'
    and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)) as flagged
from taken_back where act = 'flag' group by instruction_id
on conflict (id) do update set flagged = excluded.flagged"""
_TOUCHED = "create or replace temp table touched as select distinct instruction_id as id from taken_back"
# A skill that somebody has said since stays.
_SKILLS = """with newest as (
  select instruction_id, max(seq) as seq, arg_max(id, seq) as id from label where kind = 'skill' group by instruction_id
), before as (
  select instruction_id, arg_max(value, seq) as value from label where kind = 'skill' and seq < $first group by instruction_id
) select n.id::varchar, n.instruction_id::varchar, coalesce(b.value, '') from newest n left join before b on b.instruction_id = n.instruction_id
where n.seq between $first and $last order by n.seq"""
_UNDONE = """select d.undoes_id::varchar as id from source_event e join decision d on d.seq between e.seq + 1 and e.seq + e.n
where e.kind = 'taken_back' and d.act = 'undo'"""
_UNSAID = """select l.id::varchar as id from source_event e join label l on l.seq between e.seq + 1 and e.seq + e.n
where e.kind = 'taken_back'"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenBackIds:
    """Decisions and labels that were taken back with the import that they came with: the same may be said again."""

    decisions: frozenset[str]
    labels: frozenset[str]

    def decision_id(self, id_: str) -> str:
        """The id that this decision has if it is said once more."""
        while id_ in self.decisions:
            id_ = ids.said_again_id(id_)
        return id_

    def label_id(self, id_: str) -> str:
        while ids.taken_back_id(id_) in self.labels:
            id_ = ids.said_again_id(id_)
        return id_


def taken_back_ids(cursor: duckdb.DuckDBPyConnection) -> TakenBackIds:
    """Everything that whole imports took along when they were taken back."""
    undone, unsaid = (cursor.execute(sql).fetchall() for sql in (_UNDONE, _UNSAID))
    return TakenBackIds(decisions=frozenset(id_ for (id_,) in undone), labels=frozenset(id_ for (id_,) in unsaid))


def standing(database: Database, source_id: str) -> Standing:
    """What taking an import of decisions back would take back."""
    with database.cursor() as cursor:
        between = _range(cursor, source_id)
        cursor.execute(_OUT, between)
        ((n, instructions),) = cursor.execute(_COUNT).fetchall()
        skills = len(cursor.execute(_SKILLS, between).fetchall())
        return Standing(decisions=n, instructions=instructions, skills=skills)


def add(database: Database, event: SourceEvent, audit: Audit) -> bool:
    """Say what became of a source. → False, and nothing is written, if that is what was said of it last."""
    is_new = False

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal is_new
        is_new = fetched(connection, _STATE, None, event.source_id)[0]["kind"] != event.kind
        if not is_new:
            return 0
        return insert_facts(connection, SourceEvent, [event], seq) + insert_facts(connection, Audit, [audit], seq + 1)

    database.writer.run_numbered(write, by_person=True)
    return is_new


def take_back(database: Database, event: SourceEvent, audit: Audit) -> int:
    """Take back everything that still stands of an import of decisions, in one transaction. Doing it twice changes nothing.

    Of a skill, what was said before it is said again. → how many further instructions were set aside or brought back by it.
    """
    below = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal below
        if fetched(connection, _STATE, None, event.source_id)[0]["kind"] == event.kind:
            return 0
        between = _range(connection, event.source_id)
        n_undone = _undo(connection, event, between, seq + 1)
        labels = [
            Label(id=ids.taken_back_id(id_), instruction_id=of_id, kind="skill", value=before, by=event.by)
            for id_, of_id, before in connection.execute(_SKILLS, between).fetchall()
        ]
        insert_facts(connection, Label, labels, seq + 1 + n_undone)
        connection.execute(_UNFLAG)
        connection.execute(_TOUCHED)
        below = project_touched(connection)
        connection.execute("drop table taken_back")
        n = n_undone + len(labels)
        insert_facts(connection, SourceEvent, [replace(event, n=n)], seq)
        insert_facts(connection, Audit, [audit], seq + 1 + n)
        return 2 + n

    database.writer.run_numbered(write, by_person=True)
    return below


def _undo(connection: duckdb.DuckDBPyConnection, event: SourceEvent, between: dict[str, Any], seq: int) -> int:
    """The undo of each decision, under the id that its own undo has. → how many."""
    connection.execute(_OUT, between)
    out = [id_ for (id_,) in connection.execute(_OUT_IDS).fetchall()]
    undos = [ids.decision_id(id_, "undo") for id_ in out]
    numbers = pa.array(range(len(out)), pa.int64())
    columns = {"n": numbers, "id": pa.array(out, pa.string()), "undo_id": pa.array(undos, pa.string())}
    connection.register("batch", pa.table(columns))
    connection.execute(_UNDO, {"seq": seq, "by": event.by, "now": event.received_at})
    connection.unregister("batch")
    return len(out)


def _range(connection: duckdb.DuckDBPyConnection, source_id: str) -> dict[str, Any]:
    """The numbers of the log that an import of decisions has."""
    row = fetched(connection, _RANGE, None, source_id)[0]
    return {"first": row["first_seq"], "last": row["last_seq"]}
