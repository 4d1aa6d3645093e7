"""Reading which skills are there at which difficulties, when they came, and what operations came to. Narrow columns alone."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.domain.coverage import Cell, CoverageCurve, Landings, Reach, Reached, Scale
from core.domain.instruction import HumanStatus, RunStatus
from core.domain.operation import Operation
from core.domain.queue import QueueFilter
from core.store.database import Database
from core.store.queue_reading import narrowed

# The filter's own conditions stand between these pieces; all of them are constants.
_THOSE = "with those as (select i.id, i.seed_id, s.difficulty, s.run_status, s.human_status, s.set_aside, s.revision_id"
_BY_MODEL = """), placed as (
  select t.* exclude (difficulty),
    case when t.difficulty is null then 0 else least(10, greatest(1, floor(t.difficulty + 0.5)))::integer end as difficulty
  from those t)"""
_BY_PEOPLE = """), placed as (
  select t.* exclude (difficulty), least(10, greatest(1, floor(d.mean + 0.5)))::integer as difficulty
  from those t join (select revision_id, avg(score) as mean from difficulty_said group by revision_id) d using (revision_id))"""
_COUNTS = """ select coalesce(k.skill, '') as skill, p.difficulty, p.run_status, p.human_status, p.set_aside, count(*)::bigint as n
from placed p left join seed_now k on k.id = p.seed_id where p.run_status is not null group by all"""
_FIRST = """, arrived as (
  select p.seed_id, p.difficulty, min(o.seq) as seq from placed p join outcome o on o.instruction_id = p.id
  where p.difficulty > 0 and p.run_status = 'survived' and p.human_status <> 'rejected' and not p.set_aside group by all
) select coalesce(k.skill, '') as skill, a.difficulty, min(a.seq) as seq from arrived a left join seed_now k on k.id = a.seed_id
group by all order by seq"""
_DECIDED = " select o.seq from placed p join outcome o on o.instruction_id = p.id order by o.seq"
_OF = {Scale.MODEL: _BY_MODEL, Scale.PEOPLE: _BY_PEOPLE}
_SKILLS = """select k.skill, count(*) as seeds, count(s.difficulty) as scored, min(s.difficulty) as least, avg(s.difficulty) as mean
from seed_now k join instruction_state s on s.id = k.id where s.human_status <> 'rejected' group by k.skill"""
# A try counts if it is known where it ended: eliminated, or survived with a difficulty. One from above the cell says nothing of it.
_TRIES = """with those as (
  select
    i.operation, i.seed_id, s.run_status = 'survived' as survived, s.human_status, s.difficulty, p.difficulty as start,
    p.difficulty is null or floor(p.difficulty + 0.5) <= $difficulty as is_below
  from instruction i join instruction_state s on s.id = i.id left join instruction_state p on p.id = i.parent_id
  where i.kind = 'evolved' and i.operation is not null
    and (s.run_status = 'eliminated' or (s.run_status = 'survived' and s.difficulty is not null))
) select
  t.operation, coalesce(k.skill, '') = $skill as own, count(*) filter (t.is_below)::bigint as tried,
  count(*) filter (t.is_below and t.survived and t.human_status <> 'rejected'
    and least(10, greatest(1, floor(t.difficulty + 0.5))) = $difficulty)::bigint as landed,
  count(t.difficulty - t.start) filter (t.survived)::bigint as n,
  coalesce(sum(t.difficulty - t.start) filter (t.survived), 0) as gained
from those t left join seed_now k on k.id = t.seed_id group by all"""
_BELOW = """with those as (
  select s.difficulty from seed_now k join instruction_state s on s.id = k.id
  where k.skill = $skill and s.human_status <> 'rejected'
), taken as (
  select difficulty from those where difficulty is null or difficulty < $difficulty
  order by difficulty desc nulls last limit $most
) select
  count(*) filter (difficulty < $difficulty)::bigint as below, count(*) filter (difficulty is null)::bigint as not_scored,
  count(*) filter (difficulty >= $difficulty)::bigint as above,
  (select count(*) from taken) as taken, (select avg(difficulty) from taken) as mean
from those"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedCount:
    """So many instructions of one cell, alike in what the machine and people said of them."""

    cell: Cell
    run_status: str
    human_status: str
    set_aside: bool
    n: int

    def has_come(self, reach: Reach) -> bool:
        """Whether they count among those that have come so far; the same as the filter of `items_of` says."""
        return (
            (not reach.statuses or RunStatus(self.run_status) in reach.statuses)
            and HumanStatus(self.human_status) in reach.people
            and reach.set_aside in (None, self.set_aside)
        )


def counts(database: Database, wanted: QueueFilter, scale: Scale) -> list[PlacedCount]:
    """Of people's scale only what somebody scored."""
    conditions, asked = narrowed(wanted)
    sql = _THOSE + conditions + _OF[scale] + _COUNTS
    rows = database.query(sql, asked)
    return [
        PlacedCount(
            cell=Cell(skill=row["skill"], difficulty=row["difficulty"]),
            run_status=row["run_status"],
            human_status=row["human_status"],
            set_aside=row["set_aside"],
            n=row["n"],
        )
        for row in rows
    ]


def curve(database: Database, wanted: QueueFilter, scale: Scale) -> CoverageCurve:
    """When each cell had its first instruction that survived and that nobody has rejected since."""
    conditions, asked = narrowed(wanted)
    start = _THOSE + conditions + _OF[scale]
    first, every = start + _FIRST, start + _DECIDED
    decided = database.query_column(every, asked)
    reached = tuple(
        Reached(cell=Cell(skill=row["skill"], difficulty=row["difficulty"]), decided=bisect_right(decided, row["seq"]))
        for row in database.query(first, asked)
    )
    return CoverageCurve(reached=reached, decided=len(decided))


def skills(database: Database) -> dict[str, dict[str, Any]]:
    """Of each skill that has seeds: `seeds`, `scored`, and the `least` and `mean` difficulty of those."""
    return {row.pop("skill"): row for row in database.query(_SKILLS)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tries:
    """What tries came to: of every operation, and how much n survivors of the skill (own) and of others gained, together."""

    landings: tuple[Landings, ...]
    n_own: int
    gained_own: float
    n_others: int
    gained_others: float


def tries(database: Database, cell: Cell) -> Tries:
    """From at most this difficulty; gains from wherever they began."""
    rows = database.query(_TRIES, {"skill": cell.skill, "difficulty": cell.difficulty})
    counts: Counter[tuple[str, bool, str]] = Counter()
    for row in rows:
        for name in ("tried", "landed"):
            counts[row["operation"], row["own"], name] += row[name]
    own, others = [row for row in rows if row["own"]], [row for row in rows if not row["own"]]
    return Tries(
        landings=tuple(
            Landings(
                operation=one,
                tried=counts[one, True, "tried"],
                landed=counts[one, True, "landed"],
                tried_elsewhere=counts[one, False, "tried"],
                landed_elsewhere=counts[one, False, "landed"],
            )
            for one in Operation
        ),
        n_own=sum(row["n"] for row in own),
        gained_own=sum(row["gained"] for row in own),
        n_others=sum(row["n"] for row in others),
        gained_others=sum(row["gained"] for row in others),
    )


def seeds_below(database: Database, skill: str, difficulty: float, most: int) -> dict[str, Any]:
    """The seeds of a skill by where they lie, and the `most` nearest below: `below`, `not_scored`, `above`, `taken`, `mean`."""
    return database.query(_BELOW, {"skill": skill, "difficulty": difficulty, "most": most})[0]
