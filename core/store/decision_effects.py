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
_SAID = """select seq, id, person_id, act, verdict, reason, instruction_id, revision_id from decision
where bulk_id is null and (act = 'flag' or verdict is not null and origin <> 'repeat') and instruction_id in (:ids)"""
_MEMBER = "select bulk_id, instruction_id, revision_id from bulk_member where instruction_id in (:ids)"
_BULK = "select seq, id, bulk_id, person_id, act, verdict, reason from decision where verdict is not null and bulk_id in (:ids)"
_UNDONE = "select undoes_id from decision where act = 'undo' and undoes_id in (:ids)"
_STAND = """insert into standing by name select unnest(?::uuid[]) as instruction_id, unnest(?::varchar[]) as person_id,
  unnest(?::varchar[]) as kind, unnest(?::bigint[]) as seq, unnest(?::uuid[]) as decision_id, unnest(?::varchar[]) as verdict,
  unnest(?::varchar[]) as reason, unnest(?::uuid[]) as revision_id"""
_STANDING = ("instruction_id", "person_id", "kind", "seq", "id", "verdict", "reason", "revision_id")
_RULE = "select consensus_rule from project"
_CONSENSUS = "select consensus_of(?, ?::integer, ?::integer, ?::varchar, ?::varchar)"
_STATES = "select id, human_status, set_aside from instruction_state where id in (:ids)"
_PLACES = "select id, seed_id, run_id, ancestors from instruction where id in (:ids)"
_TREES = "select id, seed_id, run_id, ancestors from instruction where seed_id in (:listed)"
_DECIDED = "update instruction_state set human_status = ?, n_decisions = ?, flagged = ? where id in (:ids)"
_SET_ASIDE = """insert into instruction_state (id, set_aside) select unnest(?::uuid[]), unnest(?::boolean[])
on conflict (id) do update set set_aside = excluded.set_aside"""


Votes = tuple[
    int, int, str | None, str | None
]  # how many accept, how many reject, the first verdict, the adjudicated one
# What the rule, which is one of SQL for all, says of votes under a project's setting: to plan it anew would cost more than all else here.
_said_of: dict[tuple[str | None, Votes], str] = {}


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
    said = _said(connection, touched)
    standing = _stand(connection, touched, said)
    flagged = {row["instruction_id"] for row in said if row["act"] == "flag"}
    places = {row["id"]: row for row in fetched(connection, _PLACES, touched)}
    states = _states(connection, places.values())
    after = _decide(connection, standing, flagged)
    turned = [id_ for id_ in touched if _is_rejected(states[id_]["human_status"]) != _is_rejected(after[id_])]
    for id_ in touched:
        states[id_]["human_status"] = after[id_]
    below = _set_aside(connection, places, states, turned)
    return {id_: Effect(status=after[id_], below=below.get(id_, 0)) for id_ in touched}


def _is_rejected(status: str | None) -> bool:
    return status == HumanStatus.REJECTED


def _said(connection: duckdb.DuckDBPyConnection, touched: list[str]) -> list[dict[str, Any]]:
    """Every verdict and flag that these items have and nobody took back, those given to many at once too, oldest first.

    Four small questions: one that asked for all of it at once took twice as long.
    """
    said = fetched(connection, _SAID, touched)
    members = fetched(connection, _MEMBER, touched)
    bulks = {row["bulk_id"]: row for row in fetched(connection, _BULK, {row["bulk_id"] for row in members})}
    said += [bulks[row["bulk_id"]] | row for row in members if row["bulk_id"] in bulks]
    undone = {row["undoes_id"] for row in fetched(connection, _UNDONE, {row["id"] for row in said})}
    return sorted((row for row in said if row["id"] not in undone), key=lambda row: int(row["seq"]))


def _stand(
    connection: duckdb.DuckDBPyConnection, touched: list[str], said: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Each person's newest verdict on each item stands. → what stands of each item, oldest first."""
    newest: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in said:
        if row["verdict"] is not None:
            kind = "adjudicated" if row["act"] == "adjudicate" else "own"
            newest[row["instruction_id"], row["person_id"], kind] = row | {"kind": kind}
    connection.execute(*filled(_FORGET, touched))
    if newest:
        connection.execute(_STAND, [[row[name] for row in newest.values()] for name in _STANDING])
    standing: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in touched}
    for row in sorted(newest.values(), key=lambda row: int(row["seq"])):
        standing[row["instruction_id"]].append(row)
    return standing


def _decide(
    connection: duckdb.DuckDBPyConnection, standing: dict[str, list[dict[str, Any]]], flagged: set[str]
) -> dict[str, str]:
    """What people now say of each item."""
    humans = _humans(connection, standing)
    alike: dict[tuple[str, int, bool], list[str]] = {}
    for id_, (status, people) in humans.items():
        alike.setdefault((status, people, id_ in flagged), []).append(id_)
    for now, items in alike.items():  # found by key: an upsert of whole rows costs five times as much
        sql, parameters = filled(_DECIDED, items)
        connection.execute(sql, [*now, *parameters])
    return {id_: status for id_, (status, _) in humans.items()}


def _humans(
    connection: duckdb.DuckDBPyConnection, standing: dict[str, list[dict[str, Any]]]
) -> dict[str, tuple[str, int]]:
    """Each item's human status and how many people decided it: human_now for a few items, without grouping all others."""
    rule = next((row["consensus_rule"] for row in fetched(connection, _RULE)), None)
    votes = {id_: _votes(rows) for id_, rows in standing.items()}
    for one in set(votes.values()):
        if (rule, one) not in _said_of:
            ((_said_of[rule, one],),) = connection.execute(_CONSENSUS, [rule, *one]).fetchall()
    people = {id_: len({row["person_id"] for row in rows}) for id_, rows in standing.items()}
    return {id_: (_said_of[rule, votes[id_]], people[id_]) for id_ in standing}


def _votes(standing: list[dict[str, Any]]) -> Votes:
    own = [row["verdict"] for row in standing if row["kind"] == "own"]
    settled = [row["verdict"] for row in standing if row["kind"] != "own"]
    first, last = own[0] if own else None, settled[-1] if settled else None
    return own.count("accept"), own.count("reject"), first, last


def _states(connection: duckdb.DuckDBPyConnection, places: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The states of items that stand there, and of everything above them."""
    concerned = sorted({id_ for row in places for id_ in (row["id"], *row["ancestors"])})
    return {row["id"]: row for row in fetched(connection, _STATES, concerned)}


def _set_aside(
    connection: duckdb.DuckDBPyConnection,
    places: dict[str, dict[str, Any]],
    states: dict[str, dict[str, Any]],
    turned: list[str],
) -> dict[str, int]:
    """Derive it again for the items and for all that grew from those whose rejection came or went. → changes below each."""
    if turned:
        seeds, roots = sorted({places[id_]["seed_id"] for id_ in turned}), set(turned)
        grown = fetched(connection, _TREES, seeds)
        below = {row["id"]: row for row in grown if not roots.isdisjoint(row["ancestors"])}
        places, states = places | below, _states(connection, below.values()) | states
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
