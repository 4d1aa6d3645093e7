"""Reading what texts are compared by: one narrow row an instruction, as arrays. Texts and vectors are read of those alone that are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.diversity import Part
from core.domain.queue import QueueFilter
from core.store import queue_reading
from core.store.database import Database
from core.store.queue_reading import begun, narrowed

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Real = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]

# The filter's own conditions stand between these pieces; all of them are constants.
_THOSE = """with those as (select i.id, i.seq, i.seed_id, i.epoch, i.operation, i.run_id, i.kind, s.run_status, s.human_status, s.difficulty,
  s.words_added, s.revision_id"""
_ROWS = """) select t.seq::bigint as seq, hash(t.seed_id) as seed,
  coalesce(case $part when 'epoch' then t.epoch::varchar when 'operation' then t.operation when 'run' then t.run_id::varchar
    when 'kind' then t.kind end, '') as name,
  coalesce(t.run_status = 'survived', false) as survived, coalesce(t.run_status = 'eliminated', false) as eliminated,
  t.human_status = 'accepted' as accepted, t.human_status = 'rejected' as rejected,
  coalesce(t.difficulty, 'nan'::double)::double as difficulty, coalesce(t.words_added, 'nan'::double)::double as added,
  r.words::double as words,
  case when t.difficulty is null then 0
    else hash(coalesce(k.skill, ''), least(10, greatest(1, floor(t.difficulty + 0.5)))::integer) end::ubigint as cell,
  e.text_hash is not null as has_vector
from those t join revision r on r.id = t.revision_id left join seed_now k on k.id = t.seed_id
left join (select text_hash from embedding where model = $model) e on e.text_hash = r.text_hash
order by t.seq"""
# As in operation_cost: a call that may have run counts at worst case, and one without a price makes the sum unknown. What the
# embedded model answers costs nothing.
_COSTS = """), counted as (
  select k.subject_id, case when y.name = 'embedded' or not may_have_run and c.cost_usd is null then 0
    else coalesce(c.cost_usd, c.worst_cost_usd) end as usd
  from (select *, error_kind is null or error_kind in ('time_out', 'malformed_reply', 'content_filter') as may_have_run from call) c
  join task k on k.id = c.task_id left join system y on y.id = c.system_id where c.kind <> 'label'
) select hash(t.seed_id) as seed, coalesce(sum(c.usd), 0)::double as usd, count(*)::bigint as calls,
  count(*) filter (c.usd is null)::bigint as unpriced
from those t join counted c on c.subject_id = t.id group by t.seed_id order by seed"""
_EMBEDDED = "select count(*) as n from embedding"
_IDS = "select id from instruction where seq in (select unnest($seqs)) order by seq"
_RUNS = "select id, number, name from run order by number"
_REFERENCES = """select id, name from source
where kind = 'reference' and id not in (select source_id from source_removed) order by seq"""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rows:
    """Instructions in the order of their `seq`, column by column.

    `seed` and `cell` (skill × difficulty, 0 without a difficulty) are hashes, the same for the same thing in every reading;
    `name` is what a Part says of each; what is not known is NaN.
    """

    seq: Whole
    seed: Codes
    name: Names
    survived: Bits
    eliminated: Bits
    accepted: Bits
    rejected: Bits
    difficulty: Real
    added: Real
    words: Real
    cell: Codes
    has_vector: Bits

    def __len__(self) -> int:
        return len(self.seq)

    def of(self, kept: npt.NDArray[Any]) -> "Rows":
        """Some of them."""
        return Rows(**{name: getattr(self, name)[kept] for name in self.__slots__})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Costs:
    """What all calls for what grew from each seed cost in dollars; `unpriced` of them may have cost something nobody knows."""

    seed: Codes
    usd: Real
    calls: Whole
    unpriced: Whole


def rows(database: Database, wanted: QueueFilter, model: str, part: Part | None = None) -> Rows:
    """What a filter means, with whether this model has embedded each text."""
    where, asked = narrowed(wanted)
    sql = _THOSE + where + _ROWS
    found = _columns(database, sql, {**asked, "model": model, "part": None if part is None else str(part)})
    return Rows(**found)


def costs(database: Database, wanted: QueueFilter) -> Costs:
    """Of what a filter means, with or without a text. A call counts by its task: what was asked to make, check or score it."""
    where, asked = begun(wanted)
    sql = _THOSE + where + _COSTS
    return Costs(**_columns(database, sql, asked))


def mark(database: Database) -> int:
    """Grows with everything that can change what is read here."""
    return queue_reading.mark(database) + int(database.query(_EMBEDDED)[0]["n"])


def ids(database: Database, seqs: Whole) -> tuple[str, ...]:
    """The instructions at these places in the log, in their order."""
    return tuple(row["id"] for row in database.query(_IDS, {"seqs": seqs.tolist()}))


def runs(database: Database) -> dict[str, str]:
    """What each run is called, in the order of their numbers, by id."""
    return {row["id"]: f"Run {row['number']} · {row['name']}" for row in database.query(_RUNS)}


def references(database: Database) -> dict[str, str]:
    """What each reference set is called, oldest first, by id."""
    return {row["id"]: row["name"] for row in database.query(_REFERENCES)}


def _columns(database: Database, sql: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    with database.cursor() as cursor:
        found = cursor.execute(sql, dict(asked)).fetchnumpy()
        return {name: np.ma.getdata(column) for name, column in found.items()}
