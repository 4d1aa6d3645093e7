"""Reading what a dataset's card tells, of the rows that are taken, out of the facts up to the export's number."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from core.domain.agreement import Split
from core.domain.dataset_card import (
    CardFacts,
    MadeBy,
    Makeup,
    PeopleFacts,
    PromptsUsed,
    RunFacts,
    SeedSource,
    Spending,
)
from core.store.export_rows import Rows
from core.store.past import Moment
from core.store.rows import fetched

# The rows, each with its instruction; of a pair, the one that was accepted.
_TAKEN = """create or replace temp table taken as
select i.id, i.seed_id, i.run_id, i.kind, i.operation, i.epoch, i.made_by, i.pack_hash, s.human_status, s.difficulty, s.response_id
from wanted_row w join spot p on p.key = w.key join instruction i on i.id = p.id
join instruction_state s on s.id = i.id"""
_SOURCES = """select coalesce(s.name, '') as name, coalesce(s.licence, '') as licence, count(*) as "rows"
from taken t join instruction i on i.id = t.seed_id left join source s on s.id = i.source_id
group by s.id, s.name, s.licence order by "rows" desc, name, licence"""
_RUNS = """select r.id, r.number, r.settings, r.n_seeds as seeds, count(*) as "rows" from taken t join run r on r.id = t.run_id
group by r.id, r.number, r.settings, r.n_seeds order by r.number, r.id"""
_OUTCOMES = "select status, count(*) as n from outcome where run_id = ? and seq <= ? group by status order by status"
_RULES = """select rule, count(*) as n from outcome where run_id = ? and seq <= ? and status = 'eliminated' and rule is not null
group by rule order by n desc, rule"""
_EVOLVED = """select s.model, count(*) as "rows" from taken t join system s on s.id = t.made_by group by s.model order by "rows" desc, s.model"""
_ANSWERED = """select s.model, count(*) as "rows" from taken t join response r on r.id = t.response_id join system s on s.id = r.system_id
group by s.model order by "rows" desc, s.model"""
_PACKS = """select coalesce(p.name, '') as name, t.pack_hash as hash, count(*) as "rows" from taken t left join prompt_pack p on p.hash = t.pack_hash
where t.pack_hash is not null group by p.name, t.pack_hash order by "rows" desc, t.pack_hash"""
_GROWN = """create or replace temp table grown as
select i.id, s.human_status from instruction i join instruction_state s on s.id = i.id
where i.run_id in (select run_id from taken) and s.run_status = 'survived'"""
_STATUSES = "select human_status as status, count(*) as n from grown group by human_status"
_DECISIONS = """select count(distinct person_id) as people, count(*) as decisions from standing
where instruction_id in (select id from grown) and kind = 'own'"""
_SPLITS = """select accepts, rejects, count(*) as items from (
  select count(*) filter (where verdict = 'accept') as accepts, count(*) filter (where verdict = 'reject') as rejects
  from standing where kind = 'own' and instruction_id in (select id from grown)
    and decision_id not in (select id from decision where bulk_id is not null)
  group by instruction_id, revision_id having count(*) > 1
) group by all order by accepts, rejects"""
_SPENDING = """select count(*) as calls, coalesce(sum(coalesce(tokens_in, 0) + coalesce(tokens_out, 0)), 0)::bigint as tokens,
  sum(cost_usd) as usd, count(*) filter (where cost_usd is null and error_kind is null) as unpriced
from call where run_id in (select run_id from taken) and seq <= ?"""
_EPOCHS = "select epoch as name, count(*) as n from taken group by epoch order by epoch"
_OPERATIONS = "select operation as name, count(*) as n from taken where operation is not null group by operation order by n desc, name"
_SAID = "select human_status as name, count(*) as n from taken group by human_status order by n desc, name"
_DIFFICULTY = "select avg(difficulty) as mean, count(difficulty) as n from taken"


def facts(rows: Rows, keys: Sequence[int], moment: Moment) -> CardFacts:
    """What can be told of these rows, and of the runs that they come from."""
    cursor = rows.cursor
    cursor.register("wanted_row", pa.table({"key": pa.array(keys, pa.int64())}))
    cursor.execute(_TAKEN)
    cursor.unregister("wanted_row")
    cursor.execute(_GROWN)
    return CardFacts(
        sources=tuple(SeedSource(**row) for row in fetched(cursor, _SOURCES)),
        runs=tuple(_run(cursor, row, moment.until) for row in fetched(cursor, _RUNS)),
        evolved_by=tuple(MadeBy(**row) for row in fetched(cursor, _EVOLVED)),
        answered_by=tuple(MadeBy(**row) for row in fetched(cursor, _ANSWERED)),
        packs=tuple(PromptsUsed(**row) for row in fetched(cursor, _PACKS)),
        people=_people(cursor),
        spending=Spending(**fetched(cursor, _SPENDING, None, moment.until)[0]),
        makeup=_makeup(cursor),
    )


def _run(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any], until: int) -> RunFacts:
    counts = {one["status"]: one["n"] for one in fetched(cursor, _OUTCOMES, None, row["id"], until)}
    return RunFacts(
        number=row["number"],
        settings=row["settings"],
        seeds=row["seeds"],
        rows=row["rows"],
        survived=counts.get("survived", 0),
        eliminated=counts.get("eliminated", 0),
        failed=counts.get("error", 0),
        rules=tuple((one["rule"], one["n"]) for one in fetched(cursor, _RULES, None, row["id"], until)),
    )


def _people(cursor: duckdb.DuckDBPyConnection) -> PeopleFacts:
    said = {row["status"]: row["n"] for row in fetched(cursor, _STATUSES)}
    return PeopleFacts(
        **fetched(cursor, _DECISIONS)[0],
        **{name: said.get(name, 0) for name in ("accepted", "rejected", "disputed", "undecided")},
        splits=tuple(Split(**row) for row in fetched(cursor, _SPLITS)),
    )


def _makeup(cursor: duckdb.DuckDBPyConnection) -> Makeup:
    difficulty = fetched(cursor, _DIFFICULTY)[0]
    return Makeup(
        epochs=_counts(cursor, _EPOCHS),
        operations=_counts(cursor, _OPERATIONS),
        statuses=_counts(cursor, _SAID),
        difficulty=difficulty["mean"],
        scored=difficulty["n"],
    )


def _counts(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[tuple[Any, int], ...]:
    return tuple((row["name"], row["n"]) for row in fetched(cursor, sql))
