"""What a run's batches ask of the log: `core.ports.BatchLog`."""

import asyncio
from collections.abc import Sequence
from typing import Any

from core.domain.batch import BatchItem, BatchNow, Owed
from core.domain.work import Work
from core.store import batch_reading
from core.store.database import Database
from core.store.run_log import ProjectRunLog

_OWED = """select i.* from call_batch_item i
where i.batch_id = ? and not exists (select 1 from call c where c.id = i.call_id)"""
_ANSWERED = """select count(*) filter (c.error_kind is null) as done, count(*) filter (c.error_kind is not null) as failed
from call_batch_item i join call c on c.id = i.call_id where i.batch_id = ?"""
_OWED_IN_ALL = """select count(*) as calls, coalesce(sum(i.worst_tokens), 0)::bigint as tokens, coalesce(sum(i.worst_usd), 0.0) as usd
from call_batch_item i join call_batch_now b on b.id = i.batch_id
where b.run_id = ? and not b.is_closed and not exists (select 1 from call c where c.id = i.call_id)"""
# A batch that failed, or that was cancelled, is no reason to ask its calls one by one: they go into another one.
_BATCHED = """select distinct t.id from call_batch_item i join call_batch_now b on b.id = i.batch_id join task t on t.id = i.task_id
where b.run_id = ? and b.is_closed and b.status in ('completed', 'expired', 'forgotten') and t.state in ('waiting', 'claimed')"""
_TEXT = "select text from revision where of_id = ? and text_hash = ? limit 1"


class ProjectBatchLog:
    """One run's batches in its project."""

    def __init__(self, database: Database, run_id: str) -> None:
        self._database, self._run_id = database, run_id
        self._run_log = ProjectRunLog(database, run_id)

    async def append(self, facts: Sequence[object]) -> None:
        await self._database.writer.append(facts)

    async def batches(self) -> list[BatchNow]:
        return await asyncio.to_thread(batch_reading.batches, self._database, self._run_id)

    async def owed(self, batch_id: str) -> dict[str, BatchItem]:
        rows = await asyncio.to_thread(self._database.query, _OWED, [batch_id])
        return {row["call_id"]: BatchItem(**row) for row in rows}

    async def answered(self, batch_id: str) -> tuple[int, int]:
        rows = await asyncio.to_thread(self._database.query, _ANSWERED, [batch_id])
        return rows[0]["done"], rows[0]["failed"]

    async def owed_in_all(self) -> Owed:
        rows = await asyncio.to_thread(self._database.query, _OWED_IN_ALL, [self._run_id])
        return Owed(**rows[0])

    async def batched(self) -> set[str]:
        rows = await asyncio.to_thread(self._database.query, _BATCHED, [self._run_id])
        return {row["id"] for row in rows}

    async def works(self, task_ids: Sequence[str]) -> list[Work]:
        return await self._run_log.works(task_ids)

    async def text_of(self, of_id: str, text_hash: str) -> str | None:
        rows: list[dict[str, Any]] = await asyncio.to_thread(self._database.query, _TEXT, [of_id, text_hash])
        return str(rows[0]["text"]) if rows else None
