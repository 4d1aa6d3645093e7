"""What follows from decisions: standing verdicts, the state of the items, and of what grew below them.

Everything is made again from the decisions of the items concerned, so that an undo needs no rule of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from core.domain.instruction import HumanStatus
from core.store import holding_back
from core.store.rows import fetched, filled

_FORGET = "delete from standing where instruction_id in (:ids)"
_STAND = """insert into standing by name
with undone as (select undoes_id from decision where act = 'undo' and undoes_id is not null), own as (
  select seq, id, person_id, act, verdict, reason, instruction_id, revision_id from decision
  where bulk_id is null and verdict is not null and origin <> 'repeat' and instruction_id in (:ids)
), placed as (
  from own union all
  select d.seq, d.id, d.person_id, d.act, d.verdict, d.reason, m.instruction_id, m.revision_id
  from bulk_member m join decision d on d.bulk_id = m.bulk_id where d.verdict is not null and m.instruction_id in (:ids)
)
select instruction_id, person_id, case when act = 'adjudicate' then 'adjudicated' else 'own' end as kind, max(seq) as seq,
  arg_max(id, seq) as decision_id, arg_max(verdict, seq) as verdict, arg_max_null(reason, seq) as reason,
  arg_max_null(revision_id, seq) as revision_id
from placed where id not in (from undone) group by all"""
_HUMAN = "select instruction_id as id, human_status, n_decisions from human_now where instruction_id in (:ids)"
_FLAGGED = """select distinct instruction_id as id from decision where act = 'flag' and instruction_id in (:ids)
and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)"""
_STATES = "select id, human_status, set_aside from instruction_state where id in (:ids)"
_PLACES = "select id, seed_id, run_id, ancestors from instruction where id in (:ids)"
_BELOW = """select id, seed_id, run_id, ancestors from instruction
where seed_id in (:ids) and list_has_any(ancestors, ?::uuid[])"""
_DECIDED = """insert into instruction_state (id, human_status, n_decisions, flagged)
select unnest(?::uuid[]), unnest(?::varchar[]), unnest(?::integer[]), unnest(?::boolean[])
on conflict (id) do update set human_status = excluded.human_status, n_decisions = excluded.n_decisions, flagged = excluded.flagged"""
_SET_ASIDE = """insert into instruction_state (id, set_aside) select unnest(?::uuid[]), unnest(?::boolean[])
on conflict (id) do update set set_aside = excluded.set_aside"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """An item's human status after decisions, and how many instructions below it were set aside or brought back by them."""

    status: str
    below: int = 0


def project(connection: duckdb.DuckDBPyConnection, instruction_ids: Iterable[str]) -> dict[str, Effect]:
    """Bring both projections up to date for these items, inside the decisions' own transaction."""
    touched = sorted(set(instruction_ids))
    if not touched:
        return {}
    connection.execute(*filled(_FORGET, touched))
    connection.execute(*filled(_STAND, touched, times=2))
    before = {row["id"]: row["human_status"] for row in fetched(connection, _STATES, touched)}
    after = _decide(connection, touched)
    turned = [id_ for id_ in touched if _is_rejected(before.get(id_)) != _is_rejected(after[id_])]
    below = _set_aside(connection, touched, turned)
    return {id_: Effect(status=after[id_], below=below.get(id_, 0)) for id_ in touched}


def _is_rejected(status: str | None) -> bool:
    return status == HumanStatus.REJECTED


def _decide(connection: duckdb.DuckDBPyConnection, touched: list[str]) -> dict[str, str]:
    """What people now say of each item."""
    human = {row["id"]: row for row in fetched(connection, _HUMAN, touched)}
    flagged = {row["id"] for row in fetched(connection, _FLAGGED, touched)}
    nothing = {"human_status": str(HumanStatus.UNDECIDED), "n_decisions": 0}
    now = {id_: human.get(id_, nothing) for id_ in touched}
    statuses, counts = [row["human_status"] for row in now.values()], [row["n_decisions"] for row in now.values()]
    connection.execute(_DECIDED, [touched, statuses, counts, [id_ in flagged for id_ in touched]])
    return dict(zip(touched, statuses, strict=True))


def _set_aside(connection: duckdb.DuckDBPyConnection, touched: list[str], turned: list[str]) -> dict[str, int]:
    """Derive it again for the items and for all that grew from those whose rejection came or went. → changes below each."""
    places = {row["id"]: row for row in fetched(connection, _PLACES, touched)}
    if turned:
        seeds = sorted({places[id_]["seed_id"] for id_ in turned})
        places |= {row["id"]: row for row in fetched(connection, _BELOW, seeds, turned)}
    concerned = sorted({id_ for row in places.values() for id_ in (row["id"], *row["ancestors"])})
    states = {row["id"]: row for row in fetched(connection, _STATES, concerned)}
    wanted = {id_: _is_below_rejection(row, states) for id_, row in places.items()}
    changed = [id_ for id_ in sorted(wanted) if wanted[id_] != states[id_]["set_aside"]]
    if changed:
        connection.execute(_SET_ASIDE, [changed, [wanted[id_] for id_ in changed]])
        turned_over = {id_: wanted[id_] for id_ in changed}
        holding_back.turned(connection, turned_over, {id_: places[id_]["run_id"] for id_ in changed})
    return {id_: sum(id_ in places[one]["ancestors"] for one in changed) for id_ in turned}


def _is_below_rejection(place: dict[str, Any], states: dict[str, dict[str, Any]]) -> bool:
    if states[place["id"]]["human_status"] != HumanStatus.UNDECIDED:
        return False
    return any(_is_rejected(states[above]["human_status"]) for above in place["ancestors"] if above in states)
