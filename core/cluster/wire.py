"""What goes between the app, its link to the cluster and the workers: values as lines of JSON, read strictly.

A line to a worker is `number worker question`, a line from one `number answer`; number 0 is news of the crew. No value of ours is
ever pickled: whatever a worker sends back is text that becomes one of these values, or nothing.
"""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.cluster import Node, WorkerNow
from core.domain.system import Endpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What the child process is to do: join the cluster at `address` and keep so many workers there. No keys: only their names.

    `look`: only say what machines there are. `gpus`: of each worker.
    """

    address: str
    workers: int = 0
    gpus: float = 0.0
    endpoints: tuple[Endpoint, ...] = ()
    look: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A chat with the endpoint of this name; or, without a request, texts to embed with the packaged model."""

    endpoint: str = ""
    request: ChatRequest | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A reply, a failure, or `vectors`: float32 in base64, row after row."""

    reply: ChatReply | None = None
    failure: CallFailure | None = None
    vectors: str = ""

    @property
    def outcome(self) -> ChatReply | CallFailure:
        """What came of a chat."""
        return (
            self.reply or self.failure or CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail="the worker said nothing")
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """How the crew stands. `problem`: why there is none, in words for people."""

    workers: tuple[WorkerNow, ...] = ()
    nodes: tuple[Node, ...] = ()
    problem: str = ""


ORDER: Final = TypeAdapter(Order)
QUESTION: Final = TypeAdapter(Question)
ANSWER: Final = TypeAdapter(Answer)
NEWS: Final = TypeAdapter(News)


def failed(kind: ErrorKind, detail: str, latency_ms: float = 0.0) -> Answer:
    """An answer that is none."""
    return Answer(failure=CallFailure(kind=kind, detail=detail, latency_ms=latency_ms))


def read_answer(said: bytes) -> Answer:
    """A worker's words; a failure if they are no answer."""
    try:
        return ANSWER.validate_json(said)
    except ValidationError:
        return failed(ErrorKind.MALFORMED_REPLY, "the worker's answer cannot be read: is it of another version?")
