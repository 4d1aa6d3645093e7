"""Calls that are gathered for a batch: their lines, what each may cost, and when there are enough of them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from core.domain import ids
from core.domain.batch import Batch, BatchItem
from core.domain.call import ChatRequest
from core.domain.task import Task
from core.domain.work import Work
from core.evolution.budget import Worst
from core.ports import ByBatch

# OpenAI takes 50,000 requests or 200 MB at a time; smaller batches need less memory here, and several may be under way.
MOST_CALLS = 10_000
_MOST_BYTES = 50_000_000


@dataclass(slots=True)
class Gathering:
    """One batch that is being filled, for one endpoint."""

    endpoint: str
    by_batch: ByBatch
    since_s: float
    most: int = MOST_CALLS
    is_ready: bool = False
    content: bytearray = field(default_factory=bytearray)
    items: list[BatchItem] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def add(self, work: Work, system_id: str, request: ChatRequest, worst: Worst) -> None:
        """One more call; which batch it is in is said when that is made. Whoever has enough is ready."""
        call_id = ids.call_id(work.task.id, work.task.tries)
        self.content += self.by_batch.model.line(call_id, request)
        self.tasks.append(work.task)
        self.items.append(
            BatchItem(
                batch_id="",
                call_id=call_id,
                task_id=work.task.id,
                system_id=system_id,
                attempt=work.task.tries,
                text_hash=ids.text_hash(work.text),
                worst_tokens=worst.tokens,
                worst_usd=worst.usd,
            )
        )
        self.is_ready = len(self.items) >= self.most or len(self.content) >= _MOST_BYTES

    def batch(self, run_id: str, number: int, now: datetime) -> Batch:
        """All of it as one batch, the run's `number`-th."""
        usd = [item.worst_usd for item in self.items if item.worst_usd is not None]
        return Batch(
            id=ids.batch_id(run_id, number),
            run_id=run_id,
            endpoint=self.endpoint,
            n=len(self.items),
            what=json.dumps(Counter(str(task.kind) for task in self.tasks)),
            worst_tokens=sum(item.worst_tokens for item in self.items),
            worst_usd=sum(usd) if usd else None,
            input_usd=self.by_batch.prices.input_usd,
            output_usd=self.by_batch.prices.output_usd,
            made_at=now,
        )
