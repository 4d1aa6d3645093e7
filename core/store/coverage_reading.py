"""Reading which skills are there at which difficulties, when they came, and what operations came to. Narrow columns alone."""

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
_CURVE = """, ordered as (
  select p.*, row_number() over (order by o.seq) as place from placed p join outcome o on o.instruction_id = p.id
) select coalesce(k.skill, '') as skill, p.difficulty, min(p.place) as place
from ordered p left join seed_now k on k.id = p.seed_id
where p.difficulty > 0 and p.run_status = 'survived' and p.human_status <> 'rejected' and not p.set_aside
group by all order by place"""
_DECIDED = " select count(*) as n from placed p join outcome o on o.instruction_id = p.id"
_OF = {Scale.MODEL: _BY_MODEL, Scale.PEOPLE: _BY_PEOPLE}
_SKILLS = """select k.skill, count(*) as seeds, count(s.difficulty) as scored, min(s.difficulty) as least, avg(s.difficulty) as mean
from seed_now k join instruction_state s on s.id = k.id where s.human_status <> 'rejected' group by k.skill"""
# A try counts if it is known where it ended: eliminated, or survived with a difficulty. One from above the cell says nothing of it.
_LANDINGS = """select
  i.operation, coalesce(k.skill, '') = $skill as own, count(*)::bigint as tried,
  count(*) filter (s.run_status = 'survived' and s.human_status <> 'rejected'
    and least(10, greatest(1, floor(s.difficulty + 0.5))) = $difficulty)::bigint as landed
from instruction i join instruction_state s on s.id = i.id
left join instruction_state p on p.id = i.parent_id left join seed_now k on k.id = i.seed_id
where i.kind = 'evolved' and i.operation is not null
  and (s.run_status = 'eliminated' or (s.run_status = 'survived' and s.difficulty is not null))
  and (p.difficulty is null or floor(p.difficulty + 0.5) <= $difficulty)
group by all"""
_GAIN = """select coalesce(k.skill, '') = $skill as own, count(*) as n, avg(s.difficulty - p.difficulty) as mean
from instruction i join instruction_state s on s.id = i.id join instruction_state p on p.id = i.parent_id
left join seed_now k on k.id = i.seed_id
where i.kind = 'evolved' and s.run_status = 'survived' and s.difficulty is not null and p.difficulty is not null
group by all"""
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
    first, every = start + _CURVE, start + _DECIDED
    reached = tuple(
        Reached(cell=Cell(skill=row["skill"], difficulty=row["difficulty"]), decided=row["place"])
        for row in database.query(first, asked)
    )
    return CoverageCurve(reached=reached, decided=int(database.query(every, asked)[0]["n"]))


def skills(database: Database) -> dict[str, dict[str, Any]]:
    """Of each skill that has seeds: `seeds`, `scored`, and the `least` and `mean` difficulty of those."""
    return {row.pop("skill"): row for row in database.query(_SKILLS)}


def landings(database: Database, cell: Cell) -> tuple[Landings, ...]:
    """Of every operation, what its tries from at most this difficulty came to."""
    found: dict[tuple[str, bool], dict[str, int]] = {
        (row["operation"], row["own"]): row
        for row in database.query(_LANDINGS, {"skill": cell.skill, "difficulty": cell.difficulty})
    }
    none = {"tried": 0, "landed": 0}
    own = {one: found.get((one, True), none) for one in Operation}
    elsewhere = {one: found.get((one, False), none) for one in Operation}
    return tuple(
        Landings(
            operation=one,
            tried=own[one]["tried"],
            landed=own[one]["landed"],
            tried_elsewhere=elsewhere[one]["tried"],
            landed_elsewhere=elsewhere[one]["landed"],
        )
        for one in Operation
    )


def gains(database: Database, skill: str) -> dict[bool, tuple[int, float]]:
    """How much more difficult survivors were than their parents: n and mean, of this skill (True) and of the others."""
    rows = database.query(_GAIN, {"skill": skill})
    return {row["own"]: (row["n"], row["mean"]) for row in rows}


def seeds_below(database: Database, skill: str, difficulty: float, most: int) -> dict[str, Any]:
    """The seeds of a skill by where they lie, and the `most` nearest below: `below`, `not_scored`, `above`, `taken`, `mean`."""
    return database.query(_BELOW, {"skill": skill, "difficulty": difficulty, "most": most})[0]
