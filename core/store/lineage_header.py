"""What a lineage says once for all of its rows: the project, its runs, and everything that rows refer to."""

from typing import Any

import duckdb

from core.domain import ids
from core.store.export_reading import Selection
from core.store.rows import fetched

Row = dict[str, Any]

_PROJECT = "select id, name, created_at, consensus_rule from project"
# Whoever did something, by when they did something first: that never changes, so a pseudonym that follows from it stays.
_PEOPLE = """with said as (
  select "by" as id, seq from source union all select "by", seq from run_event union all select "by", seq from revision
  union all select "by", seq from score union all select "by", seq from label union all select "by", seq from bulk
  union all select person_id, seq from decision
)
select said.id, coalesce(any_value(p.name), said.id) as name from said left join person p on p.id = said.id
where said.seq <= ? and said.id <> 'studio' and said.id not in (select id::varchar from system) group by said.id
order by min(said.seq), said.id"""
_SOURCES = """select * from source where id in (
  select source_id from instruction where id in (select id from key)) order by seq"""
_PACKS = """select * from prompt_pack where hash in (
  select pack_hash from instruction where id in (select id from key)) order by hash"""
_SYSTEMS = "select * from system order by id"
_RUNS = "select * from run order by number, id"
_USED_RUNS = """select distinct run_id as id from instruction where id in (select id from key)
union select distinct run_id as id from at_tasks"""
_EVENTS = """select run_id, seq, kind, "by", reason, received_at from run_event where seq <= ? order by seq"""
_QUEUES = """select * exclude (seq) from queue where id in (select queue_id from trial where id in (
  select trial_id from decision where id in (select id from at_decisions))) order by id"""
_BULKS = """select * from bulk where id in (
  select bulk_id from decision where id in (select id from at_decisions)) order by seq"""


def about(selection: Selection, *, is_everything: bool) -> Row:
    """The project and what the picked rows refer to; of everything, every run. Inside `selected_lineage`."""
    cursor, until = selection.cursor, selection.as_of_seq
    return {
        "project": fetched(cursor, _PROJECT)[0] | {"consensus_rule": selection.moment.consensus_rule},
        "as_of_seq": until,
        "rows": selection.rows,
        "persons": fetched(cursor, _PEOPLE, None, until),
        "runs": _runs(cursor, until, is_everything=is_everything),
        "sources": fetched(cursor, _SOURCES),
        "packs": fetched(cursor, _PACKS),
        "systems": fetched(cursor, _SYSTEMS),
        "queues": fetched(cursor, _QUEUES),
        "bulks": fetched(cursor, _BULKS),
    }


def _runs(cursor: duckdb.DuckDBPyConnection, until: int, *, is_everything: bool) -> list[Row]:
    used = {row["id"] for row in fetched(cursor, _USED_RUNS)}
    events: dict[str, list[Row]] = {}
    for event in fetched(cursor, _EVENTS, None, until):
        events.setdefault(event.pop("run_id"), []).append(event)
    return [
        run | {"events": events.get(run["id"], [])}
        for run in fetched(cursor, _RUNS)
        if is_everything or run["id"] in used or ids.by_hand_id(run["id"]) in used
    ]
