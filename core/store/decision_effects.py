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
_VERDICTS = (
    "select instruction_id as id, person_id, kind, verdict from standing where instruction_id in (:ids) order by seq"
)
_RULE = "select consensus_rule from project"
_CONSENSUS = """select consensus_of(?, accepts, rejects, first_verdict, adjudicated) as human_status
from (select unnest(?::integer[]) as accepts, unnest(?::integer[]) as rejects, unnest(?::varchar[]) as first_verdict, unnest(?::varchar[]) as adjudicated)"""
_FLAGGED = """select distinct instruction_id as id from decision where act = 'flag' and instruction_id in (:ids)
and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)"""
_STATES = "select id, human_status, set_aside from instruction_state where id in (:ids)"
_PLACES = "select id, seed_id, run_id, ancestors from instruction where id in (:ids)"
_BELOW = """select id, seed_id, run_id, ancestors from instruction
where seed_id in (:ids) and list_has_any(ancestors, ?::uuid[])"""
_DECIDED = "update instruction_state set human_status = ?, n_decisions = ?, flagged = ? where id in (:ids)"
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
    flagged = {row["id"] for row in fetched(connection, _FLAGGED, touched)}
    humans = _humans(connection, touched)
    alike: dict[tuple[str, int, bool], list[str]] = {}
    for id_, (status, people) in humans.items():
        alike.setdefault((status, people, id_ in flagged), []).append(id_)
    for now, items in alike.items():  # found by key: an upsert of whole rows costs five times as much
        sql, parameters = filled(_DECIDED, items)
        connection.execute(sql, [*now, *parameters])
    return {id_: status for id_, (status, _) in humans.items()}


def _humans(connection: duckdb.DuckDBPyConnection, touched: list[str]) -> dict[str, tuple[str, int]]:
    """Each item's human status and how many people decided it: human_now for a few items, without grouping all others."""
    standing: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in touched}
    for row in fetched(connection, _VERDICTS, touched):
        standing[row["id"]].append(row)
    own = [[row["verdict"] for row in rows if row["kind"] == "own"] for rows in standing.values()]
    settled = [[row["verdict"] for row in rows if row["kind"] != "own"] for rows in standing.values()]
    votes = [
        [said.count("accept") for said in own], [said.count("reject") for said in own],
        [said[0] if said else None for said in own], [said[-1] if said else None for said in settled],
    ]  # fmt: skip
    rule = next((row["consensus_rule"] for row in fetched(connection, _RULE)), None)
    statuses = [str(status) for (status,) in connection.execute(_CONSENSUS, [rule, *votes]).fetchall()]
    people = [len({row["person_id"] for row in rows}) for rows in standing.values()]
    return dict(zip(standing, zip(statuses, people, strict=True), strict=True))


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
