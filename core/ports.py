"""What the core needs from the world. Adapters implement these; nobody else knows their libraries."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.domain.batch import BatchAnswer, BatchItem, BatchNow, Owed, RemoteBatch
from core.domain.call import CallFailure, ChatReply, ChatRequest, Prices
from core.domain.run import Gate
from core.domain.steering import Steering
from core.domain.task import TaskKind
from core.domain.work import Family, Judged, Pending, Work


class ChatModel(Protocol):
    """A model that chats. One call, one value: failures come back as `CallFailure`, never as exceptions."""

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure: ...

    async def close(self) -> None: ...


class Limiter(Protocol):
    """How many calls may be in flight; it learns from what comes back."""

    def slot(self) -> AbstractAsyncContextManager[None]: ...

    def observe(self, outcome: ChatReply | CallFailure) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """One endpoint in one role of a run: whom to ask, behind which limit, at what price, and what the log calls it.

    `patience_s`: how long to wait for a place before asking again who is best off; None if there is nobody else.
    """

    name: str
    system_id: str
    model: ChatModel
    limiter: Limiter
    prices: Prices
    patience_s: float | None = None


class Cast(Protocol):
    """Who is asked for what in a run: an endpoint a role, or one of several that stand in for each other."""

    def pick(self, kind: TaskKind, request: ChatRequest) -> Voice:
        """Whom to ask this now."""
        ...

    def begin(self, kind: TaskKind, voice: Voice) -> bool:
        """A place was found. False if it fell ill meanwhile and another one can be asked."""
        ...

    def heard(self, kind: TaskKind, voice: Voice, outcome: ChatReply | CallFailure) -> ChatReply | CallFailure:
        """Learn from how a call ended. A failure comes back with `elsewhere_in_s` if another one can be asked instead."""
        ...


class Clock(Protocol):
    """Wall time, shown to people and never used to order events."""

    def now(self) -> datetime: ...


class RunLog(Protocol):
    """What a run's engine needs of the log. Facts handed over together are committed together, or not at all."""

    async def append(self, facts: Sequence[object]) -> None: ...

    async def claim(self, most: int, most_new: int | None = None) -> list[Work]:
        """Take waiting tasks, oldest epoch first, under a lease; with the texts they need. At most `most_new` new children.

        A task that is appended as waiting is cancelled instead while its subject is set aside.
        """
        ...

    async def family(self, seed_id: str, epoch: int) -> Family:
        """All children of one seed in one epoch, with the outcomes that they have."""
        ...

    async def halted(self) -> list[Family]:
        """Families with nothing to wait for, of which some children were set aside before they were decided."""
        ...

    async def pending(self, epochs: int) -> Pending:
        """How much waits for people, in a run of so many epochs."""
        ...

    async def opened(self, gate: Gate, epochs: int) -> list[list[Judged]]:
        """Trees of seeds whose next epoch this gate lets be drawn: everything decided that must be. Some of them, if many."""
        ...

    async def steering(self) -> Steering:
        """Whether the next draws follow what people accept. Looked up only after people have done something."""
        ...

    def news(self) -> int:
        """Another number than before once people have done anything. Costs nothing to ask."""
        ...

    async def is_set_aside(self, instruction_id: str) -> bool:
        """Whether people rejected something above it, so that nobody is to be asked for it."""
        ...


class BatchModel(Protocol):
    """A model that is asked by batch: a file of requests goes there, files of answers come back within a day.

    Failures come back as values. `batch_id` is ours: the endpoint keeps it with the batch, so that it can be found again.
    """

    def line(self, call_id: str, request: ChatRequest) -> bytes:
        """One request as a line of the file."""
        ...

    async def upload(self, name: str, content: bytes) -> str | CallFailure:
        """→ the file's id there."""
        ...

    async def begin(self, file_id: str, batch_id: str) -> RemoteBatch | CallFailure: ...

    async def find(self, batch_id: str) -> RemoteBatch | CallFailure | None:
        """The batch that was begun under our id; None if there is none, or if the endpoint keeps no list."""
        ...

    async def look(self, remote_id: str) -> RemoteBatch | CallFailure: ...

    async def cancel(self, remote_id: str) -> RemoteBatch | CallFailure: ...

    async def fetch(self, file_id: str) -> AbstractContextManager[Iterable[BatchAnswer]] | CallFailure:
        """A file of answers, line by line; what cannot be read is left out."""
        ...

    async def remove(self, file_ids: Sequence[str], name: str = "") -> None:
        """Delete these files there, and those of this name, as far as the endpoint lets."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ByBatch:
    """How one endpoint is asked by batch, and what a call costs then."""

    model: BatchModel
    prices: Prices


class BatchLog(Protocol):
    """What a run's batches need of the log."""

    async def append(self, facts: Sequence[object]) -> None: ...

    async def batches(self) -> list[BatchNow]:
        """All of the run, in the order they were made."""
        ...

    async def owed(self, batch_id: str) -> dict[str, BatchItem]:
        """What is in a batch and has no call yet, by the call's id."""
        ...

    async def answered(self, batch_id: str) -> tuple[int, int]:
        """How many calls of a batch brought something, and how many failed."""
        ...

    async def owed_in_all(self) -> Owed:
        """What all batches that are under way may still cost."""
        ...

    async def batched(self) -> set[str]:
        """Tasks that wait although they were in a batch that came to its end."""
        ...

    async def works(self, task_ids: Sequence[str]) -> list[Work]:
        """These tasks with the texts that they need, whatever state they are in."""
        ...

    async def text_of(self, of_id: str, text_hash: str) -> str | None:
        """A text that an instruction had."""
        ...
