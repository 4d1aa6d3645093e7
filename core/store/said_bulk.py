"""Many decisions and labels that were made elsewhere: kept aside in files while they are read and looked up, added in ONE transaction."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from core.domain import ids
from core.domain.elsewhere import SaidRow
from core.domain.project import Audit
from core.domain.source import Refusal, Source
from core.store.bulk_effects import project_touched
from core.store.database import Database
from core.store.shelf import Shelf
from core.store.source_events import TakenBackIds, taken_back_ids
from core.store.tables import insert_facts

_AT_ONCE = 4_096  # rows that are held in memory
_TIME = pa.timestamp("us", tz="UTC")
_SAID = pa.schema(
    [
        ("row", pa.int64()), ("person", pa.string()), ("id", pa.string()), ("text_hash", pa.string()),
        ("act", pa.string()), ("reason", pa.string()), ("note", pa.string()), ("said_at", _TIME), ("skill", pa.string()),
    ]
)  # fmt: skip
_FACTS = pa.schema(
    [
        ("n", pa.int64()), ("id", pa.string()), ("label_id", pa.string()), ("person_id", pa.string()),
        ("act", pa.string()), ("instruction_id", pa.string()), ("revision_id", pa.string()), ("reason", pa.string()),
        ("note", pa.string()), ("said_at", _TIME), ("skill", pa.string()),
    ]
)  # fmt: skip
_HERE = """create temp table here as
select i.id, i.kind, s.revision_id, r.text_hash from instruction i join instruction_state s on s.id = i.id
join revision r on r.id = s.revision_id where i.kind in ('seed', 'evolved')"""
# A text may be known by its words alone only if one instruction has them.
_PLACED = """create temp table placed as
with by_text as (select text_hash, any_value(id) as id, count(*) as n from here group by text_hash)
select b.*, h.id as instruction_id, h.kind, h.revision_id,
  case when b.id is null and t.n > 1 then 'has the text of ' || t.n || ' instructions; give the id too'
    when h.id is null then 'is about an instruction that is not here'
    when b.text_hash <> h.text_hash then 'is about another text of this instruction than the present one'
    when b.act is null and h.kind <> 'seed' then 'gives a skill to no seed; what grew from one has the skill of its seed'
    when b.act in ('accept', 'reject') and b.act <> first_value(b.act) over said_of
      then 'contradicts row ' || first_value(b.row) over said_of || ' of the same person and time' end as problem
from batch b left join by_text t on b.id is null and t.text_hash = b.text_hash
left join here h on h.id = coalesce(b.id::uuid, t.id)
window said_of as (partition by h.id, b.person, b.said_at, b.act in ('accept', 'reject') order by b.row)"""
_REFUSED = "select row, problem from placed where problem is not null order by row"
_USED = """select person, instruction_id::varchar, kind, revision_id::varchar, act, reason, note, said_at, skill
from placed where problem is null order by said_at nulls last, row"""
# What was said already, in this file or before it, is left out.
_NEW = """create or replace temp table new_fact as select * from batch
qualify row_number() over (partition by coalesce(id, label_id) order by n) = 1
  and (id is null or id::uuid not in (select id from decision)) and (label_id is null or label_id::uuid not in (select id from label))"""
_COUNTS = "select person_id, count(id), count(label_id) from new_fact group by all"
_PERSON = "insert into person (id, name, kind, role, active) values (?, ?, 'imported', 'annotator', false) on conflict do nothing"
_DECISIONS = """insert into decision by name
select $seq + n as seq, id::uuid as id, person_id, act, instruction_id::uuid as instruction_id, revision_id::uuid as revision_id,
  case when act in ('accept', 'reject') then act end as verdict, reason, note, 'imported' as origin, said_at as decided_at_browser,
  $now as received_at from new_fact where id is not null"""
_LABELS = """insert into label by name
select $seq + n as seq, label_id::uuid as id, instruction_id::uuid as instruction_id, 'skill' as kind, skill as value, person_id as "by"
from new_fact where label_id is not null"""
_TOUCHED = "create or replace temp table touched as select distinct instruction_id::uuid as id from new_fact where id is not null"

_FLAGGED = """insert into instruction_state (id, flagged)
select distinct instruction_id::uuid as id, true as flagged from new_fact where act = 'flag'
on conflict (id) do update set flagged = true"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What rows come to. `facts` are decisions and labels in the order in which they were said; `people` are names by id.

    `decisions` and `labels` are those that are new, by person.
    """

    facts: Shelf
    people: dict[str, str]
    decisions: Counter[str]
    labels: Counter[str]
    refused: tuple[Refusal, ...]


def said_shelf(folder: Path) -> Shelf:
    return Shelf(path=folder / "said.arrow", schema=_SAID)


def keep(shelf: Shelf, row: SaidRow) -> None:
    shelf.add(
        row.row, row.person, row.instruction_id, row.text_hash, row.act, row.reason, row.note, row.said_at, row.skill
    )


def settle(database: Database, said: Shelf, folder: Path) -> Settled:
    """Look up which instructions are meant, and what of it is new. Nothing is written."""
    facts, people = Shelf(path=folder / "facts.arrow", schema=_FACTS), dict[str, str]()
    with database.cursor() as cursor:
        cursor.execute(_HERE)
        cursor.register("batch", said.read())
        cursor.execute(_PLACED)
        cursor.unregister("batch")
        refused = tuple(Refusal(row=row, reason=why) for row, why in cursor.execute(_REFUSED).fetchall())
        back = taken_back_ids(cursor)
        cursor.execute(_USED)
        with facts.open():
            while rows := cursor.fetchmany(_AT_ONCE):
                for row in rows:
                    _shelve(facts, people, back, *row)
        cursor.register("batch", facts.read())
        cursor.execute(_NEW)
        counts = cursor.execute(_COUNTS).fetchall()
    return Settled(
        facts=facts,
        people=people,
        decisions=Counter({person: n for person, n, _ in counts}),
        labels=Counter({person: n for person, _, n in counts}),
        refused=refused,
    )


def _shelve(
    facts: Shelf, people: dict[str, str], back: TakenBackIds, name: str, instruction_id: str, kind: str, revision_id: str,
    act: str | None, reason: str | None, note: str | None, said_at: datetime | None, skill: str,
) -> None:  # fmt: skip
    """A row is a decision, a label, or both. What grew from a seed has the seed's skill, whatever its row says."""
    person_id = f"imported:{name}"
    people[person_id] = name
    if act is not None:
        id_ = back.decision_id(ids.said_elsewhere_id(instruction_id, person_id, act, reason, note, said_at))
        facts.add(facts.n, id_, None, person_id, act, instruction_id, revision_id, reason, note, said_at, "")
    if skill and kind == "seed":
        label_id = back.label_id(ids.said_elsewhere_id(instruction_id, person_id, "skill", skill))
        facts.add(facts.n, None, label_id, person_id, None, instruction_id, None, None, None, None, skill)


def write(database: Database, settled: Settled, source: Source, audit: Audit, now: datetime) -> int:
    """Add what is new, with everything that follows from it: all, or on any error none.

    → how many further instructions below them were set aside or brought back.
    """
    below = 0

    def add(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal below
        connection.register("batch", settled.facts.read())
        connection.execute(_NEW)
        connection.unregister("batch")
        insert_facts(connection, Source, [source], seq)
        insert_facts(connection, Audit, [audit], seq + 1)
        connection.executemany(_PERSON, [[id_, name] for id_, name in settled.people.items()])
        connection.execute(_DECISIONS, {"seq": seq + 2, "now": now})
        connection.execute(_LABELS, {"seq": seq + 2})
        connection.execute(_FLAGGED)
        connection.execute(_TOUCHED)
        below = project_touched(connection)
        connection.execute("drop table new_fact")
        return 2 + settled.facts.n

    database.writer.run_numbered(add, by_person=True)
    return below
