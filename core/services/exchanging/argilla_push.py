"""Sending to Argilla: what is new is laid out in the log, then sent, then noted as sent, batch by batch.

Whatever ends this half-way, the next push sends again what is not noted: the server knows a record by our id, so none is made twice.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from core.domain.argilla import ArgillaEvent, ArgillaLink, ArgillaRecord, ArgillaSent, LinkEventKind, PushReport
from core.domain.argilla_wire import DatasetPlan, OutRecord, RemoteDataset
from core.errors import ArgillaError, ArgillaGone, StudioError
from core.services.projects import Project
from core.store import argilla_reading

if TYPE_CHECKING:  # its library is loaded with the first connection
    from core.argilla.server import Server

Tell = Callable[[int, int], None]  # how many are done, of how many; it may raise to end the work between two batches
AT_ONCE = 250  # records a call: half of what a server takes, some two seconds
_MOST_BYTES = 8_000_000  # of texts a call
_ANEW = "Put it back as it was; or end this link and make a new one, which gets a dataset of its own."


class Stopped(StudioError):
    """Somebody ended it between two batches: no failure."""


class Sender(Protocol):
    """What a link sends."""

    @property
    def plan(self) -> DatasetPlan: ...

    @property
    def total(self) -> int: ...

    def batches(self) -> Iterator[list[ArgillaRecord]]: ...

    def out(self, records: Sequence[ArgillaRecord]) -> list[OutRecord]: ...


def push(
    server: "Server", project: Project, link: ArgillaLink, sender: Sender, by: str, tell: Tell, at_once: int = AT_ONCE
) -> PushReport:
    """Everything of the queue or study that does not stand there yet. Raises ArgillaError; what was sent until then stays."""
    dataset_id = dataset_of(server, project, link, sender.plan, by)
    total, sent, there = sender.total, 0, 0
    tell(0, total)
    while rows := argilla_reading.unsent(project.database, link.id, at_once):
        sent += _send(server, project, dataset_id, sender, rows)
        tell(min(sent, total), total)
    for batch in sender.batches():
        known = argilla_reading.known(project.database, [one.id for one in batch])
        there += len(known)
        fresh = [one for one in batch if one.id not in known]
        for first in range(0, len(fresh), at_once):
            some = fresh[first : first + at_once]
            project.database.writer.append_now(some)
            sent += _send(server, project, dataset_id, sender, some)
            tell(min(sent + there, total), total)
    report = PushReport(sent=sent, there=max(0, total - sent), total=total)
    said = {"sent": report.sent, "there": report.there, "total": report.total}
    project.database.writer.append_now([event(link, LinkEventKind.PUSHED, json.dumps(said), by)])
    return report


def dataset_of(server: "Server", project: Project, link: ArgillaLink, plan: DatasetPlan, by: str) -> str:
    """The id of the link's dataset there; made with the first push. One that was only begun is made anew."""
    made = argilla_reading.happened(project.database).get((link.id, LinkEventKind.MADE))
    if made is not None:
        return there(server, link, made.detail, plan).id
    workspace = server.workspace(link.workspace)
    found = server.find(workspace, link.dataset)
    if found is not None and not found.is_ready:
        server.remove(found.id)
        found = None
    if found is not None:
        require_alike(found, plan)
    id_ = found.id if found is not None else server.make(workspace, link.dataset, plan)
    project.database.writer.append_now([event(link, LinkEventKind.MADE, id_, by)])
    return id_


def there(server: "Server", link: ArgillaLink, dataset_id: str, plan: DatasetPlan) -> RemoteDataset:
    """The dataset as it stands there. ArgillaGone if it was removed, ArgillaError if what is asked in it was changed."""
    try:
        found = server.dataset(dataset_id)
    except ArgillaGone:
        raise ArgillaGone(
            f"The dataset “{link.dataset}” is not there any more", where=link.url,
            to_do="What was pulled stays. End this link; a new one sends everything anew.",
        ) from None  # fmt: skip
    require_alike(found, plan)
    return found


def require_alike(found: RemoteDataset, plan: DatasetPlan) -> None:
    """ArgillaError if fields or questions are missing, or ask something else. What somebody added does no harm."""
    missing = [one.name for one in plan.fields if one.name not in found.fields]
    missing += [one.name for one in plan.questions if one.name not in found.questions]
    if missing:
        raise ArgillaError(
            f"The dataset “{found.name}” was changed by hand: {', '.join(missing)} is missing", to_do=_ANEW
        )
    for one in plan.questions:
        asked, options = found.questions[one.name]
        if asked != one.asked or not {value for value, _ in one.options} <= set(options):
            raise ArgillaError(
                f"The dataset “{found.name}” was changed by hand: {one.name} asks something else", to_do=_ANEW
            )


def event(link: ArgillaLink, kind: LinkEventKind, detail: str, by: str) -> ArgillaEvent:
    return ArgillaEvent(link_id=link.id, kind=kind, detail=detail, by=by, received_at=datetime.now(UTC))


def hash_of(fields: Mapping[str, object]) -> str:
    """Of a record's texts: equal as long as nobody changes them there."""
    said = json.dumps({name: text for name, text in fields.items() if text}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _send(server: "Server", project: Project, dataset_id: str, sender: Sender, records: Sequence[ArgillaRecord]) -> int:
    """Send, then note what the server says it has. → how many."""
    for batch in _cut([_without_nul(one) for one in sender.out(records)]):
        taken = server.send(dataset_id, batch)
        facts = [
            ArgillaSent(record_id=one.id, remote_id=taken[one.id], hash=hash_of(one.fields))
            for one in batch
            if one.id in taken
        ]
        project.database.writer.append_now(facts)
        if len(facts) < len(batch):
            raise ArgillaError("The server took only some of what was sent", to_do="Push again: the rest follows.")
    return len(records)


def _without_nul(one: OutRecord) -> OutRecord:
    """Most Argilla servers stand on PostgreSQL, which keeps no NUL: one in a text would keep the whole batch from being taken."""
    fields = {name: text.replace("\x00", "") for name, text in one.fields.items()}
    said = (
        replace(each, value=each.value.replace("\x00", "")) if isinstance(each.value, str) else each
        for each in one.suggestions
    )
    return replace(one, fields=fields, suggestions=tuple(said))


def _cut(records: Sequence[OutRecord]) -> Iterator[list[OutRecord]]:
    """Long texts go in smaller batches."""
    batch: list[OutRecord] = []
    size = 0
    for one in records:
        n = sum(len(text.encode()) for text in one.fields.values())
        if batch and size + n > _MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += n
    if batch:
        yield batch
