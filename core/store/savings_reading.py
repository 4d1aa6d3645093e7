"""Calls that are cancelled, by the epoch that their subject was drawn in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.store.database import Database

_OF_RUN = """select run_id, epoch, count(distinct subject_id) filter (kind <> 'score') as children, count(*) filter (kind = 'score') as scores
from task where run_id = ? and state = 'cancelled' group by all"""
_BELOW = """select t.run_id, t.epoch, count(distinct t.subject_id) filter (t.kind <> 'score') as children,
  count(*) filter (t.kind = 'score') as scores
from task t join instruction i on i.id = t.subject_id
where t.state = 'cancelled' and t.seed_id = (select seed_id from instruction where id = $of) and list_contains(i.ancestors, $of::uuid)
group by all"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled:
    """Of one run and epoch: children that are not asked for, and scores that stand alone."""

    run_id: str
    epoch: int
    children: int
    scores: int


def of_run(database: Database, run_id: str) -> Sequence[Cancelled]:
    return _read(database.query(_OF_RUN, [run_id]))


def below(database: Database, instruction_id: str) -> Sequence[Cancelled]:
    """In all runs that grew something from this instruction."""
    return _read(database.query(_BELOW, {"of": instruction_id}))


def _read(rows: list[dict[str, Any]]) -> Sequence[Cancelled]:
    return [Cancelled(**row) for row in rows]
