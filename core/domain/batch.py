"""Batches (docs/batches.md): many calls handed over at once and answered within a day, for less. What is kept of them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.call import CallFailure, ChatReply, Prices


class BatchEventKind(StrEnum):
    """What happened to a batch. `SEEN`: how far it is at the endpoint. `FORGOTTEN`: a person gave it up.

    `DROPPED`: it never began there. After `COLLECTED` or `DROPPED` nothing more happens to it.
    """

    UPLOADED = "uploaded"
    SUBMITTED = "submitted"
    SEEN = "seen"
    CANCELLING = "cancelling"
    FORGOTTEN = "forgotten"
    ENDED = "ended"
    COLLECTED = "collected"
    DROPPED = "dropped"


# What an endpoint says of a batch that is over; the last one is ours.
COMPLETED, FAILED, EXPIRED, CANCELLED, FORGOTTEN = "completed", "failed", "expired", "cancelled", "forgotten"
ENDS = frozenset({COMPLETED, FAILED, EXPIRED, CANCELLED})
# How a batch ended of which every request may have run, whether the files mention it or not.
MAY_ALL_HAVE_RUN = frozenset({COMPLETED, FORGOTTEN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Calls of one run at one endpoint that are asked together. `what` counts them by kind of task, as JSON.

    Prices are those of a call by batch, in US dollars per million tokens; `worst_usd` is None if they are not known.
    """

    id: str
    run_id: str
    endpoint: str
    n: int
    what: str
    worst_tokens: int
    worst_usd: float | None
    input_usd: float | None
    output_usd: float | None
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchItem:
    """One call in a batch. `call_id` is its name there, and the id of its call once it is answered.

    `text_hash` names the text that was asked about, which people may edit meanwhile (of a seed).
    """

    batch_id: str
    call_id: str
    task_id: str
    system_id: str
    attempt: int
    text_hash: str
    worst_tokens: int
    worst_usd: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchEvent:
    """A step of a batch, noted before the next one begins. `remote_id`: of the uploaded file, or of the batch there.

    `done` and `failed` are counts: the endpoint's own, and of a batch that is collected those that the log has.
    """

    batch_id: str
    kind: BatchEventKind
    received_at: datetime
    remote_id: str = ""
    status: str = ""
    done: int = 0
    failed: int = 0
    output_id: str = ""
    error_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchNow:
    """A batch as its events leave it. `status` is the endpoint's word; `number` counts the run's batches from 1.

    `done` and `failed` are what the endpoint counts; of a batch that is collected, answered calls and those that failed.
    """

    id: str
    run_id: str
    number: int
    endpoint: str
    n: int
    made_at: datetime
    what: dict[str, int] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    file_id: str = ""
    remote_id: str = ""
    status: str = ""
    done: int = 0
    failed: int = 0
    output_id: str = ""
    error_id: str = ""
    detail: str = ""
    is_cancelling: bool = False
    is_forgotten: bool = False
    is_ended: bool = False
    is_dropped: bool = False
    is_closed: bool = False
    asked_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def left(self) -> int:
        """Calls that it brought nothing of; known once it is closed."""
        return self.n - self.done - self.failed if self.is_closed else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What calls that are not answered may still cost, at worst. `usd` leaves out what has no known price."""

    calls: int = 0
    tokens: int = 0
    usd: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteBatch:
    """A batch as its endpoint tells it. `detail` and `code` say why it failed."""

    remote_id: str
    status: str
    done: int = 0
    failed: int = 0
    output_id: str = ""
    error_id: str = ""
    detail: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchAnswer:
    """One line of a batch's files. `outcome` None: this request never ran, and costs nothing."""

    call_id: str
    outcome: ChatReply | CallFailure | None
