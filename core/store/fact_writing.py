"""Facts become rows, and the projection of instructions says what they say: the inside of one transaction of the writer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb

from core.domain.check import Outcome, Score
from core.domain.instruction import Instruction, InstructionState, Response, Revision
from core.domain.task import Task
from core.store.holding_back import below_rejection, held_back, set_aside
from core.store.rows import fetched
from core.store.tables import ORDER, add, arrow_batch, states_after, table_of

_PROJECTED = (Instruction, Revision, Response, Outcome, Score)
_TEXT_NOW = "select id, revision_id, response_stale from instruction_state where id in (:ids)"
_STATE_AGAIN = """insert or replace into instruction_state by name
select * from instruction_state_from_facts where id in (select unnest(?::uuid[]))"""


def write_facts(
    connection: duckdb.DuckDBPyConnection, facts: Sequence[object], first_seq: int, *, are_new: bool
) -> int:
    """Append facts, with what follows from them. → how many `seq` they used. `are_new`: as for tables.insert_facts."""
    by_kind: dict[type, list[Any]] = {}
    for fact in facts:
        by_kind.setdefault(type(fact), []).append(fact)
    unknown = set(by_kind) - set(ORDER)
    if unknown:
        raise TypeError(f"not facts: {unknown}")
    if tasks := by_kind.get(Task):
        by_kind[Task] = _merged(tasks)
    aside = below_rejection(connection, by_kind.get(Instruction, ()))
    if Task in by_kind:
        by_kind[Task] = held_back(connection, by_kind[Task], aside)
    seq, left_out = first_seq, 0
    for kind in ORDER:
        if rows := by_kind.get(kind):
            missing = len(rows) - _insert(connection, kind, rows, seq, are_new=are_new)
            left_out += missing if kind in _PROJECTED else 0
            seq += len(rows) if table_of(kind).has_seq else 0
    _project(connection, facts, is_repeated=left_out > 0)
    set_aside(connection, aside)
    return seq - first_seq


def _project(connection: duckdb.DuckDBPyConnection, facts: Sequence[object], *, is_repeated: bool) -> None:
    """Bring the projection up to date. What a left-out fact says may not be what the log says: then ask the log."""
    states = states_after(facts)
    if states and is_repeated:
        connection.execute(_STATE_AGAIN, [[state.id for state in states]])
    elif states:
        _insert(connection, InstructionState, states, 0, are_new=False)
        _mark_stale(connection, facts)


def _mark_stale(connection: duckdb.DuckDBPyConnection, facts: Sequence[object]) -> None:
    """A response for another text than the present one is stale, until one for that comes; rare, and the log knows."""
    changed = [one.of_id for one in facts if isinstance(one, Revision) and one.of == "instruction" and one.number > 0]
    answered = {one.instruction_id: one.instruction_revision_id for one in facts if isinstance(one, Response)}
    current = fetched(connection, _TEXT_NOW, answered)
    changed += [row["id"] for row in current if row["response_stale"] or row["revision_id"] != answered[row["id"]]]
    if changed:
        connection.execute(_STATE_AGAIN, [changed])


def _insert(
    connection: duckdb.DuckDBPyConnection, kind: type, rows: Sequence[Any], first_seq: int, *, are_new: bool
) -> int:
    """How many rows are new (or changed): a fact that is there already is left out."""
    table = table_of(kind)
    return add(connection, table.insert_new if are_new else table.insert, arrow_batch(kind, rows, first_seq))


def _merged(tasks: Sequence[Task]) -> list[Task]:
    """One row a task: its last state, its most tries."""
    merged: dict[str, Task] = {}
    for task in tasks:
        before = merged.get(task.id, task)
        merged[task.id] = replace(task, tries=max(task.tries, before.tries))
    return list(merged.values())
