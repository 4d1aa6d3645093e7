"""The items of a queue on their way to Argilla: which they are, what is laid out for each, and the records that are sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.domain import ids
from core.domain.argilla import ArgillaLink, ArgillaRecord
from core.domain.argilla_wire import DatasetPlan, OutRecord
from core.domain.instruction import HumanStatus
from core.domain.queue import Asks, Queue
from core.exchange import argilla_queue
from core.exchange.argilla_queue import Item
from core.services.growing.node_parts import label_of, text_of
from core.services.projects import Project
from core.store import queue_reading, run_reading, tree_reading

_PAGE = 500  # items


@dataclass(frozen=True, slots=True)
class QueueItems:
    """What a link of a queue sends."""

    project: Project
    link: ArgillaLink
    queue: Queue

    @property
    def plan(self) -> DatasetPlan:
        return argilla_queue.plan(self.queue)

    @property
    def total(self) -> int:
        return queue_reading.count(self.project.database, self._wanted())

    def batches(self) -> Iterator[list[ArgillaRecord]]:
        """Everything that the queue's filter means now, as it would be laid out, in the queue's order."""
        database = self.project.database
        seqs = queue_reading.matching(database, self._wanted(), self.queue.sort)
        for first in range(0, len(seqs), _PAGE):
            page = seqs[first : first + _PAGE]
            items = queue_reading.items(database, page, "")
            rows = tree_reading.nodes(database, [one["id"] for one in items.values()])
            yield [self._laid_out(rows[items[seq]["id"]]) for seq in page if seq in items]

    def out(self, records: Sequence[ArgillaRecord]) -> list[OutRecord]:
        """As they are sent: the texts that were laid out, with the numbers that there are now."""
        database = self.project.database
        rows = tree_reading.nodes(database, {one.subject_id for one in records})
        wanted: set[str | None] = {id_ for one in records for id_ in (one.revision_id, one.response_revision_id)}
        wanted |= {row["parent_revision_id"] for row in rows.values()}
        texts = tree_reading.texts(database, filter(None, wanted))
        runs = {one.id: one.number for one in run_reading.runs(database)}
        runs |= {ids.by_hand_id(id_): number for id_, number in runs.items()}
        return [
            argilla_queue.record(self.queue, one.id, _item(one, rows[one.subject_id], texts, runs)) for one in records
        ]

    def _wanted(self) -> Any:
        """Whoever settles disagreements gets nothing else."""
        people = (str(HumanStatus.DISPUTED),) if self.queue.adjudicates else self.queue.filter.people
        return replace(self.queue.filter, people=people)

    def _laid_out(self, row: dict[str, Any]) -> ArgillaRecord:
        """A changed text, or another response to it, is another record."""
        asks_text_alone = self.queue.asks is Asks.DIFFICULTY or not row["response_id"]
        response = None if asks_text_alone else ids.revision_id(row["response_id"])
        return ArgillaRecord(
            id=ids.argilla_record_id(self.link.id, row["id"], row["revision_id"], response or ""), link_id=self.link.id,
            subject_id=row["id"], revision_id=row["revision_id"], response_revision_id=response, shown=(), pilot=False,
            received_at=datetime.now(UTC),
        )  # fmt: skip


def _item(record: ArgillaRecord, row: dict[str, Any], texts: dict[str, dict[str, Any]], runs: dict[str, int]) -> Item:
    facts = {
        "instruction": row["id"], "seed": row["seed_id"], "parent": row["parent_id"], "operation": label_of(row),
        "run": f"Run {runs[row['run_id']]}" if row["run_id"] in runs else None, "status": row["run_status"],
        "epoch": row["epoch"], "depth": row["depth"], "words": texts[record.revision_id]["words"],
        "words_added": row["words_added"], "difficulty": row["difficulty"],
    }  # fmt: skip
    return Item(
        id=row["id"], text=text_of(texts, record.revision_id),
        parent=text_of(texts, row["parent_revision_id"]) if row["parent_id"] else None,
        response=text_of(texts, record.response_revision_id), facts=facts, run_status=row["run_status"],
        human_status=row["human_status"], rule=row["rule"],
    )  # fmt: skip
