"""What a run's engine asks of the log: claims with their texts, and families."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from core.domain import ids
from core.domain.check import Rule
from core.domain.instruction import Instruction, InstructionKind, RunStatus
from core.domain.run import Gate
from core.domain.steering import Steering
from core.domain.task import Task, TaskKind, TaskState
from core.domain.work import Family, Judged, Pending, Sibling, Work
from core.store import gate_reading, rate_reading
from core.store.database import Database
from core.store.instruction_rows import instruction_from
from core.store.rows import fetched

_LEASE = timedelta(minutes=15)
# Scores steer nothing, so they wait behind everything that does.
_WAITING = """select * from task where run_id = ? and state = 'waiting'
order by kind = 'score', epoch, position, kind limit ?"""
_WAITING_GATED = """select * from task where run_id = ? and state = 'waiting'
qualify kind <> 'evolve' or row_number() over (partition by kind order by epoch, position, id) <= ?
order by kind = 'score', epoch, position, kind limit ?"""
_TAKE = "update task set state = 'claimed', lease_until = ? where id in (:ids)"
_TAKE_BACK = """update task set lease_until = null,
  state = case when subject_id in (select id from instruction_state where set_aside) then 'cancelled' else 'waiting' end
where run_id = ? and state = 'claimed' and id not in (
  select i.task_id from call_batch_item i join call_batch_now b on b.id = i.batch_id where b.run_id = ? and not b.is_closed)"""
_TASKS = "select * from task where id in (:ids)"
_INSTRUCTIONS = "select * exclude (seq) from instruction where id in (:ids)"
_TEXTS = "select id, text from revision where id in (:ids)"
_FAILED = (
    "select instruction_id, rule from rule_check where verdict = 'fail' and instruction_id in (:listed) order by seq"
)
_FAMILY = (
    "select * exclude (seq) from instruction where seed_id = ? and run_id = ? and epoch in (?, ?) order by child_number"
)
_HALTED = """select i.seed_id, i.epoch, list(i.id::varchar) filter (s.set_aside) as aside
from instruction i join instruction_state s on s.id = i.id where i.run_id = ? and s.run_status = 'waiting'
group by all having bool_and(s.set_aside)"""
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_IS_ASIDE = "select set_aside from instruction_state where id = ?"
_CHILDREN = "select * exclude (seq) from instruction where seed_id in (:listed) and run_id = ? order by child_number"
_OUTCOMES = "select instruction_id, status from outcome where instruction_id in (:ids)"


class ProjectRunLog:
    """One run's window on its project: `core.ports.RunLog`."""

    def __init__(self, database: Database, run_id: str) -> None:
        self._database, self._run_id = database, run_id
        self._steering: tuple[int, Steering] | None = None  # as of so much news

    async def append(self, facts: Sequence[object]) -> None:
        await self._database.writer.append(facts)

    async def claim(self, most: int, most_new: int | None = None) -> list[Work]:
        """The next tasks, with their texts; of children that are not begun, at most `most_new`. DiskFull while there is no room for what would come of them."""
        self._database.require_room()

        def take(connection: duckdb.DuckDBPyConnection) -> list[Task]:
            if most_new is None:
                rows = fetched(connection, _WAITING, None, self._run_id, most)
            else:
                rows = fetched(connection, _WAITING_GATED, None, self._run_id, most_new, most)
            tasks = [_task(row) for row in rows]
            if tasks:
                until = datetime.now(UTC) + _LEASE
                connection.execute(_TAKE.replace(":ids", ", ".join("?" * len(tasks))), [until, *(t.id for t in tasks)])
            return tasks

        tasks = await self._database.writer.run_async(take)
        return await asyncio.to_thread(self._with_texts, tasks)

    async def take_back(self) -> None:
        """Whatever a dead engine of this run had claimed waits again, but for what is under way in a batch.

        Only before a new engine starts.
        """
        run = [self._run_id, self._run_id]
        await self._database.writer.run_async(lambda connection: connection.execute(_TAKE_BACK, run))

    async def works(self, task_ids: Sequence[str]) -> list[Work]:
        """These tasks with the texts that they need, whatever state they are in."""

        def read() -> list[Work]:
            return self._with_texts([_task(row) for row in self._database.query_ids(_TASKS, task_ids)])

        return await asyncio.to_thread(read)

    async def family(self, seed_id: str, epoch: int) -> Family:
        return await asyncio.to_thread(self._family, seed_id, epoch)

    def _family(self, seed_id: str, epoch: int, set_aside: Sequence[str] = ()) -> Family:
        rows = [
            instruction_from(row) for row in self._database.query(_FAMILY, [seed_id, self._run_id, epoch, epoch + 1])
        ]
        children = {one.id: one for one in rows if one.epoch == epoch}
        following = [one for one in rows if one.epoch > epoch]
        found = self._database.query_ids(_OUTCOMES, children)
        return Family(
            children=children,
            outcomes={row["instruction_id"]: RunStatus(row["status"]) for row in found},
            set_aside=frozenset(set_aside),
            grown=frozenset(str(one.parent_id) for one in following),
            next_number=max((one.child_number + 1 for one in following), default=0),
        )

    async def halted(self) -> list[Family]:
        def read() -> list[Family]:
            rows = self._database.query(_HALTED, [self._run_id])
            return [self._family(row["seed_id"], row["epoch"], row["aside"]) for row in rows]

        return await asyncio.to_thread(read)

    async def pending(self, epochs: int) -> Pending:
        return await asyncio.to_thread(gate_reading.pending, self._database, self._run_id, epochs)

    async def opened(self, gate: Gate, epochs: int) -> list[list[Judged]]:
        return await asyncio.to_thread(gate_reading.opened, self._database, self._run_id, gate, epochs)

    async def steering(self) -> Steering:
        news = self.news()
        if self._steering is None or self._steering[0] != news:
            found = await asyncio.to_thread(rate_reading.steering, self._database, self._run_id)
            self._steering = (news, found)
        return self._steering[1]

    def news(self) -> int:
        return self._database.writer.by_people

    async def is_set_aside(self, instruction_id: str) -> bool:
        rows = await asyncio.to_thread(self._database.query, _IS_ASIDE, [instruction_id])
        return any(row["set_aside"] for row in rows)

    def _with_texts(self, tasks: Sequence[Task]) -> list[Work]:
        subjects = {
            row["id"]: instruction_from(row)
            for row in self._database.query_ids(_INSTRUCTIONS, {task.subject_id for task in tasks})
        }
        own = self._own_texts(subjects)
        wanted = {id_ for task in tasks for id_ in _text_ids(task, subjects[task.subject_id], own)}
        texts = {row["id"]: row["text"] for row in self._database.query_ids(_TEXTS, wanted)}
        begun = [task.subject_id for task in tasks if task.kind in (TaskKind.JUDGE, TaskKind.RESPOND)]
        failed: dict[str, list[Rule]] = {}
        for row in self._database.query_ids(_FAILED, begun):
            failed.setdefault(row["instruction_id"], []).append(Rule(row["rule"]))
        siblings = self._siblings([subjects[task.subject_id] for task in tasks if task.kind is TaskKind.SCORE])
        return [
            replace(
                _work(task, subjects[task.subject_id], own, texts, failed), siblings=siblings.get(task.subject_id, ())
            )
            for task in tasks
        ]

    def _own_texts(self, subjects: Mapping[str, Instruction]) -> dict[str, str]:
        """Which revision is meant: of a child the one that the run made, of a seed the present one."""
        seeds = [one.id for one in subjects.values() if one.kind is InstructionKind.SEED]
        now = {row["id"]: row["revision_id"] for row in self._database.query_ids(_CURRENT, seeds)}
        return {id_: now.get(id_) or ids.revision_id(id_) for id_ in subjects}

    def _siblings(self, scored: Sequence[Instruction]) -> dict[str, tuple[Sibling, ...]]:
        """By child: all children of its parent in its epoch, with texts and outcomes."""
        wanted = {one.id: (one.parent_id, one.epoch) for one in scored if one.parent_id}
        seeds = {one.seed_id for one in scored if one.parent_id}
        rows = [instruction_from(row) for row in self._database.query_ids(_CHILDREN, seeds, [self._run_id])]
        near = [row for row in rows if (row.parent_id, row.epoch) in set(wanted.values())]
        revised = {ids.revision_id(row.id): row.id for row in near}
        texts = {revised[row["id"]]: row["text"] for row in self._database.query_ids(_TEXTS, revised)}
        found = self._database.query_ids(_OUTCOMES, [row.id for row in near])
        statuses = {row["instruction_id"]: RunStatus(row["status"]) for row in found}
        families: dict[tuple[str | None, int], list[Sibling]] = {}
        for row in near:
            sibling = Sibling(instruction=row, text=texts.get(row.id, ""), status=statuses.get(row.id))
            families.setdefault((row.parent_id, row.epoch), []).append(sibling)
        return {id_: tuple(families.get(family, ())) for id_, family in wanted.items()}


def _text_ids(task: Task, of: Instruction, own_texts: Mapping[str, str]) -> list[str]:
    own = own_texts[of.id]
    if task.kind is TaskKind.SCORE:
        return [own]
    parent = of.parent_revision_id or own
    if task.kind is TaskKind.EVOLVE:
        return [parent, *(ids.revision_id(ancestor) for ancestor in of.ancestors)]
    return [parent, own]


def _work(
    task: Task, of: Instruction, own: Mapping[str, str], texts: dict[str, str], failed: dict[str, list[Rule]]
) -> Work:
    parent = texts.get(of.parent_revision_id or "", "")
    above = tuple(texts[id_] for one in of.ancestors if (id_ := ids.revision_id(one)) in texts)
    ancestors = (*above[:-1], parent) if above else above  # a parent that was edited counts as it was then
    return Work(
        task=task,
        instruction=of,
        parent_text=parent,
        text=texts.get(own[of.id], ""),
        seed_text=ancestors[0] if ancestors else "",
        ancestor_texts=ancestors,
        failed=tuple(failed.get(of.id, ())),
    )


def _task(row: dict[str, Any]) -> Task:
    return Task(
        id=str(row["id"]),
        run_id=str(row["run_id"]),
        kind=TaskKind(row["kind"]),
        subject_id=str(row["subject_id"]),
        seed_id=str(row["seed_id"]),
        epoch=row["epoch"],
        position=row["position"],
        state=TaskState.CLAIMED,
        tries=row["tries"],
    )
