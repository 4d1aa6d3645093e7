"""The steps of one batch: hand its requests over, begin it, look at it, fetch its answers. Each ends with a fact.

Where a step's answer may have been lost, the next engine asks the endpoint what it has before it asks for more.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from core.domain.batch import (
    COMPLETED,
    ENDS,
    EXPIRED,
    FORGOTTEN,
    MAY_ALL_HAVE_RUN,
    BatchAnswer,
    BatchEvent,
    BatchEventKind,
    BatchItem,
    BatchNow,
)  # fmt: skip
from core.domain.call import CallFailure, ErrorKind
from core.domain.task import TaskState
from core.errors import EndpointError
from core.evolution.batch_returns import Returns
from core.evolution.budget import Budget, Worst
from core.ports import BatchLog, BatchModel, ByBatch, Clock

T = TypeVar("T")
_HAND = 200  # answers that are committed together
_FIRST_LOOK_S, _LAST_LOOK_S, _SLOWER = 0.25, 60.0, 1.3
_NOT_A_WORD = CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail="The batch ended without a word of this call")


@dataclass(slots=True)
class UnderWay:
    """A batch at work. `content`: its requests, until they are handed over. Times are seconds of one monotonic clock.

    `failures`: why calls of it brought nothing, as far as this engine has seen.
    """

    now: BatchNow
    content: bytes = b""
    may_have_begun: bool = True
    due_s: float = 0.0
    looks: int = 0
    failed: int = 0
    trouble: str = ""
    failures: list[CallFailure] = field(default_factory=list)


class Steps:
    """Takes steps for one engine. `batched` are tasks that wait although a batch that came to its end had them."""

    def __init__(
        self,
        by_batch: Mapping[str, ByBatch],
        *,
        log: BatchLog,
        returns: Returns,
        budget: Budget,
        clock: Clock,
        stir: Callable[[], None],
    ) -> None:
        self._by_batch, self._log, self._returns = by_batch, log, returns
        self._budget, self._clock, self._stir = budget, clock, stir
        self.batched: set[str] = set()

    async def advance(self, one: UnderWay, *, cancel: bool) -> CallFailure | None:
        """The next step of a batch; with `cancel` towards its end. A failure leaves it where it stood."""
        now, model = one.now, self._model(one.now)
        if now.is_forgotten and not now.is_ended:
            await self._note(one, BatchEventKind.ENDED, status=FORGOTTEN, detail=now.detail)
        elif now.is_ended:
            return await self._collect(one, model)
        elif not now.file_id:
            return await self._upload(one, model, cancel)
        elif not now.remote_id:
            return await self._begin(one, model, cancel)
        elif cancel and not now.is_cancelling:
            return await self._cancel(one, model)
        else:
            return await self._look(one, model)
        return None

    def _model(self, batch: BatchNow) -> BatchModel:
        if batch.endpoint not in self._by_batch:
            raise EndpointError(
                f"{batch.endpoint} has a batch under way and cannot be asked by batch any more",
                to_do="Give its price by batch under Settings, then resume.",
            )
        return self._by_batch[batch.endpoint].model

    async def _upload(self, one: UnderWay, model: BatchModel, cancel: bool) -> CallFailure | None:
        """The requests of a batch whose engine ended first are gone with it: its calls go into another one."""
        if cancel or not one.content:
            await model.remove((), one.now.id)
            await self._drop(one, "The work on it ended before it was handed over.")
            return None
        if one.failed:  # it may be there, and only the answer was lost
            await model.remove((), one.now.id)
        found = await model.upload(one.now.id, one.content)
        if isinstance(found, CallFailure):
            return await self._not_begun(one, model, found)
        one.content, one.may_have_begun = b"", False
        await self._note(one, BatchEventKind.UPLOADED, remote_id=found)
        return None

    async def _begin(self, one: UnderWay, model: BatchModel, cancel: bool) -> CallFailure | None:
        """Whoever asked before may not have heard the answer: then the endpoint says what it has."""
        found = await model.find(one.now.id) if one.may_have_begun else None
        if found is None and cancel:
            await model.remove([one.now.file_id])
            await self._drop(one, "The run was stopped before it began.")
            return None
        if found is None:
            found = await model.begin(one.now.file_id, one.now.id)
            one.may_have_begun = True
        if isinstance(found, CallFailure):
            return await self._not_begun(one, model, found)
        one.due_s = time.monotonic() + _FIRST_LOOK_S
        await self._note(one, BatchEventKind.SUBMITTED, remote_id=found.remote_id, status=found.status)
        return None

    async def _not_begun(self, one: UnderWay, model: BatchModel, failure: CallFailure) -> CallFailure:
        """What was refused for good is not under way; what can heal is tried again."""
        if not failure.kind.heals:
            await model.remove([one.now.file_id] if one.now.file_id else ())
            await self._drop(one, f"{failure.kind.cause}: {failure.detail[:200]}")
        return failure

    async def _cancel(self, one: UnderWay, model: BatchModel) -> CallFailure | None:
        """An endpoint refuses this for a batch that is over: the next look says so."""
        found = await model.cancel(one.now.remote_id)
        if isinstance(found, CallFailure) and found.kind.heals:
            return found
        one.looks = 0
        await self._note(one, BatchEventKind.CANCELLING)
        return None

    async def _look(self, one: UnderWay, model: BatchModel) -> CallFailure | None:
        found = await model.look(one.now.remote_id)
        if isinstance(found, CallFailure):
            return found
        one.looks += 1
        one.due_s = time.monotonic() + min(_LAST_LOOK_S, _FIRST_LOOK_S * _SLOWER**one.looks)
        seen: dict[str, Any] = {"status": found.status, "done": found.done, "failed": found.failed}
        if found.status in ENDS:
            one.due_s = 0.0
            said = ": ".join(filter(None, (found.code, found.detail)))
            files = {"output_id": found.output_id, "error_id": found.error_id}
            await self._note(one, BatchEventKind.ENDED, **seen, **files, detail=said)
        elif any(getattr(one.now, name) != value for name, value in seen.items()):
            await self._note(one, BatchEventKind.SEEN, **seen)
        return None

    async def _collect(self, one: UnderWay, model: BatchModel) -> CallFailure | None:
        """Both files, a hand at a time; what is in the log already is passed over. Then what they do not mention."""
        owed = await self._log.owed(one.now.id)
        if one.now.status in (COMPLETED, EXPIRED, FORGOTTEN):
            self.batched.update(item.task_id for item in owed.values())
        for file_id in filter(None, (one.now.output_id, one.now.error_id)):
            found = await model.fetch(file_id)
            if isinstance(found, CallFailure):
                return found
            await self._take(one, found, owed)
        if one.now.status in MAY_ALL_HAVE_RUN:
            for hand in _hands(list(owed.values())):
                one.failures += await self._returns.take(one.now, [(item, _NOT_A_WORD) for item in hand])
            owed.clear()
        await self._close(one, owed.values())
        self.batched = await self._log.batched()
        self._stir()
        await model.remove([id_ for id_ in (one.now.file_id, one.now.output_id, one.now.error_id) if id_])
        return None

    async def _take(
        self, one: UnderWay, found: AbstractContextManager[Iterable[BatchAnswer]], owed: dict[str, BatchItem]
    ) -> None:
        """The lines of one file. Each call counts once, however often it is mentioned."""
        with found as answers:
            for hand in _hands(answers):
                ran = {line.call_id: line.outcome for line in hand if line.call_id in owed and line.outcome is not None}
                mine = [(owed.pop(id_), outcome) for id_, outcome in ran.items()]
                one.failures += await self._returns.take(one.now, mine)
                self._stir()

    async def _close(self, one: UnderWay, left: Iterable[BatchItem]) -> None:
        """Its last fact, together with what it brought nothing of: that waits again."""
        done, failed = await self._log.answered(one.now.id)
        counted: dict[str, Any] = {"status": one.now.status, "done": done, "failed": failed}
        await self._leave(one, list(left), BatchEventKind.COLLECTED, **counted)

    async def _drop(self, one: UnderWay, why: str) -> None:
        await self._leave(one, list((await self._log.owed(one.now.id)).values()), BatchEventKind.DROPPED, detail=why)
        self._stir()

    async def _leave(self, one: UnderWay, items: Sequence[BatchItem], kind: BatchEventKind, **said: str | int) -> None:
        tasks: list[object] = []
        for hand in _hands(items):
            works = await self._log.works([item.task_id for item in hand])
            tasks += [replace(work.task, state=TaskState.WAITING) for work in works]
        await self._note(one, kind, tasks, **said)
        for item in items:
            self._budget.release(Worst(tokens=item.worst_tokens, usd=item.worst_usd))

    async def _note(self, one: UnderWay, kind: BatchEventKind, with_: Sequence[object] = (), **said: str | int) -> None:
        """Commit a step; then, and not before, the batch is where it leads."""
        now = self._clock.now()
        event = BatchEvent(batch_id=one.now.id, kind=kind, received_at=now, **said)  # type: ignore[arg-type]
        await self._log.append([*with_, event])
        one.now = after(one.now, event, now)


def after(batch: BatchNow, event: BatchEvent, now: datetime) -> BatchNow:
    """A batch as one more event leaves it: what the view `call_batch_now` says of all of them."""
    counted = {"status": event.status or batch.status, "done": event.done, "failed": event.failed}
    match event.kind:
        case BatchEventKind.UPLOADED:
            return replace(batch, file_id=event.remote_id)
        case BatchEventKind.SUBMITTED:
            return replace(batch, remote_id=event.remote_id, status=event.status, asked_at=now)
        case BatchEventKind.SEEN:
            return replace(batch, **counted)  # type: ignore[arg-type]
        case BatchEventKind.CANCELLING:
            return replace(batch, is_cancelling=True)
        case BatchEventKind.FORGOTTEN:
            return replace(batch, is_forgotten=True, detail=event.detail)
        case BatchEventKind.ENDED:
            files = {"output_id": event.output_id, "error_id": event.error_id, "detail": event.detail or batch.detail}
            return replace(batch, is_ended=True, ended_at=now, **files, **counted)  # type: ignore[arg-type]
        case BatchEventKind.COLLECTED:
            return replace(batch, is_closed=True, **counted)  # type: ignore[arg-type]
        case BatchEventKind.DROPPED:
            return replace(batch, is_closed=True, is_dropped=True, detail=event.detail)


def _hands(things: Iterable[T]) -> Iterator[list[T]]:
    """So many at a time."""
    rest = iter(things)
    while hand := list(islice(rest, _HAND)):
        yield hand
