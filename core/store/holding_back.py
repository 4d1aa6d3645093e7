"""Calls that wait below what people rejected: cancelled with the rejection, waiting again with its undo.

One rule, in the transaction of whatever brings it about: a task waits only while its subject is not set aside. So an engine never
has to be quicker than the people beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb

from core.domain import ids
from core.domain.instruction import Instruction
from core.domain.task import Task, TaskKind, TaskState
from core.store.rows import fetched, filled

_REJECTED = "select id from instruction_state where human_status = 'rejected' and id in (:ids)"
_ASIDE = "select id from instruction_state where set_aside and id in (:ids)"
_SET_ASIDE = "update instruction_state set set_aside = true where id in (:ids)"
_CANCEL = "update task set state = 'cancelled', lease_until = null where id in (:ids) and state = 'waiting'"
_WAKE = "update task set state = 'waiting' where id in (:ids) and state = 'cancelled'"


def below_rejection(connection: duckdb.DuckDBPyConnection, drawn: Sequence[Instruction]) -> set[str]:
    """Which of these new instructions grow from something that people rejected."""
    above = {id_ for one in drawn for id_ in one.ancestors}
    rejected = {row["id"] for row in fetched(connection, _REJECTED, above)}
    return {one.id for one in drawn if not rejected.isdisjoint(one.ancestors)} if rejected else set()


def held_back(connection: duckdb.DuckDBPyConnection, tasks: Sequence[Task], drawn_aside: set[str]) -> list[Task]:
    """These tasks as they are written: what would wait for a subject that is set aside is cancelled.

    `drawn_aside` are subjects that are written in the same transaction.
    """
    waiting = {task.subject_id for task in tasks if task.state is TaskState.WAITING}
    aside = drawn_aside | {row["id"] for row in fetched(connection, _ASIDE, waiting)}
    return [
        replace(task, state=TaskState.CANCELLED)
        if task.state is TaskState.WAITING and task.subject_id in aside
        else task
        for task in tasks
    ]


def set_aside(connection: duckdb.DuckDBPyConnection, drawn_aside: set[str]) -> None:
    """Mark instructions that were drawn below a rejection, after their rows are there."""
    if drawn_aside:
        connection.execute(*filled(_SET_ASIDE, sorted(drawn_aside)))


def turned(connection: duckdb.DuckDBPyConnection, aside: Mapping[str, bool], run_of: Mapping[str, str | None]) -> None:
    """Instructions were set aside (True) or came back (False): their waiting calls with them."""
    for statement, now in ((_CANCEL, True), (_WAKE, False)):
        owed = sorted(_task_ids((id_ for id_, is_aside in aside.items() if is_aside is now), run_of))
        if owed:
            connection.execute(*filled(statement, owed))


def _task_ids(subjects: Iterable[str], run_of: Mapping[str, str | None]) -> Iterable[str]:
    """Ids follow from what tasks are for, so that they are found through the primary key."""
    return (ids.task_id(run, kind, id_) for id_ in subjects if (run := run_of[id_]) for kind in TaskKind)
