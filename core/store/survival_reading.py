"""Reading what became of what was grown: counts by everything that rates are told by, money, difficulty, length.

Each is one scan over narrow rows. The filter's own conditions stand between the pieces of a question; all of them are constants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.queue import QueueFilter
from core.store.database import Database
from core.store.queue_reading import begun, narrowed

_CELLS = """with those as (select i.seed_id, i.kind, i.epoch, i.operation, i.made_by, i.pack_hash, s.run_status, s.human_status,
  s.revision_id is not null as has_text"""
_BY_CELL = """) select t.* exclude (seed_id), coalesce(k.skill, '') as skill, count(*)::bigint as n
from those t left join seed_now k on k.id = t.seed_id group by all"""
_SEEDS = "select count(distinct i.seed_id) as n"
_IDS = "with those as (select i.id"
_CHECKS = ") select c.rule, c.verdict, count(*)::bigint as n from rule_check c semi join those t on t.id = c.instruction_id group by all"
_EVERY_CHECK = "select rule, verdict, count(*)::bigint as n from rule_check group by all"
# Tokens and dollars count as in the view run_spending; of what the embedded model answered there is no price to know.
_CALLS = "with those as (select i.id, i.operation"
_BY_CALL = """), counted as (
  select c.kind, c.system_id, t.operation, y.name = 'embedded' as is_free,
    c.error_kind is null or c.error_kind in ('time_out', 'malformed_reply', 'content_filter') as may_have_run,
    case when c.tokens_in is not null and c.tokens_out is not null then c.tokens_in + c.tokens_out when may_have_run then c.worst_tokens else 0 end as tokens,
    case when is_free or not may_have_run and c.cost_usd is null then 0 else coalesce(c.cost_usd, c.worst_cost_usd) end as usd
  from call c join task k on k.id = c.task_id join those t on t.id = k.subject_id left join system y on y.id = c.system_id
  where c.kind <> 'label' and ($of::uuid is null or c.run_id = $of::uuid)
) select operation, kind, system_id, count(*) as calls, sum(tokens)::bigint as tokens, coalesce(sum(usd), 0)::double as usd,
  count(*) filter (usd is null)::bigint as unpriced, count(*) filter (is_free)::bigint as free
from counted group by operation, kind, system_id"""
_GRADES = "select i.epoch, count(*) as n, avg(s.difficulty) as mean, stddev_samp(s.difficulty) as deviation"
_KEPT = " and (s.run_status = 'survived' or i.kind = 'seed')"
_SCORED = _KEPT + " and s.difficulty is not null group by i.epoch order by i.epoch"
_PAIRS = "with those as (select i.id, i.seq, i.seed_id, i.epoch, i.kind, s.difficulty as judge, s.revision_id"
_BESIDE = """) select t.id, t.seed_id, t.epoch, t.kind, t.judge, d.people, d.n from those t join (
  select revision_id, avg(score) as people, count(*) as n from difficulty_said group by revision_id
) d on d.revision_id = t.revision_id order by t.seq"""
_LENGTHS = "with those as (select i.epoch, s.revision_id"
_WORDS = (
    _KEPT
    + """) select t.epoch, count(*) as n, avg(v.words) as mean, quantile_cont(v.words, [0.05, 0.25, 0.5, 0.75, 0.95]) as quantiles
from those t join revision v on v.id = t.revision_id group by t.epoch order by t.epoch"""
)
_ADDED = "select i.epoch, i.operation, s.run_status = 'survived' as survived, s.words_added, count(*)::bigint as n"
_BY_ADDED = " and s.words_added is not null and i.kind = 'evolved' group by all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """So many instructions that are alike in everything that rates are told by. `has_text`: something came back for them."""

    kind: str
    epoch: int
    operation: str | None
    made_by: str | None
    pack_hash: str | None
    skill: str
    run_status: str | None
    human_status: str
    has_text: bool
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CallCount:
    """What the calls of one kind to one system took for one operation's children (None: for seeds)."""

    operation: str | None
    kind: str
    system_id: str
    calls: int
    tokens: int
    usd: float
    unpriced: int
    free: int


def cells(database: Database, wanted: QueueFilter) -> list[Cell]:
    """What a filter means, with or without a text, counted."""
    where, asked = begun(wanted)
    sql = _CELLS + where + _BY_CELL
    return [Cell(**row) for row in database.query(sql, asked)]


def seeds_of(database: Database, wanted: QueueFilter) -> int:
    """How many seeds what a filter means grew from; a seed is of itself."""
    where, asked = narrowed(wanted)
    sql = _SEEDS + where
    return int(database.query(sql, asked)[0]["n"])


def checks(database: Database, wanted: QueueFilter | None) -> list[dict[str, Any]]:
    """How often each rule gave each verdict: `rule`, `verdict`, `n`. None is everything: then nothing is joined."""
    if wanted is None:
        return database.query(_EVERY_CHECK)
    where, asked = begun(wanted)
    sql = _IDS + where + _CHECKS
    return database.query(sql, asked)


def calls(database: Database, wanted: QueueFilter, run_id: str | None = None) -> list[CallCount]:
    """What the calls for what a filter means took, failed ones too; only those of one run if `run_id` names it."""
    where, asked = begun(wanted)
    sql = _CALLS + where + _BY_CALL
    return [CallCount(**row) for row in database.query(sql, asked | {"of": run_id})]


def grades(database: Database, wanted: QueueFilter) -> list[dict[str, Any]]:
    """Difficulty of seeds and survivors by epoch, as the model says: `epoch`, `n`, `mean`, `deviation`."""
    where, asked = narrowed(wanted)
    sql = _GRADES + where + _SCORED
    return database.query(sql, asked)


def pairs(database: Database, wanted: QueueFilter) -> list[dict[str, Any]]:
    """What people scored: `people` is their mean and `n` how many they are, `judge` what the model says (None: nothing)."""
    where, asked = narrowed(wanted)
    sql = _PAIRS + where + _BESIDE
    return database.query(sql, asked)


def words(database: Database, wanted: QueueFilter) -> list[dict[str, Any]]:
    """Length of seeds and survivors by epoch: `n`, `mean` and five `quantiles`."""
    where, asked = narrowed(wanted)
    sql = _LENGTHS + where + _WORDS
    return database.query(sql, asked)


def added(database: Database, wanted: QueueFilter) -> Sequence[dict[str, Any]]:
    """How many children of each epoch and operation added so many words: `epoch`, `operation`, `survived`, `words_added`, `n`."""
    where, asked = narrowed(wanted)
    sql = _ADDED + where + _BY_ADDED
    return database.query(sql, asked)
