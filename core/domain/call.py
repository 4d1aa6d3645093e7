"""A call to a chat model: what is asked, what comes back, and how it can fail."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ErrorKind(StrEnum):
    """Why a call failed. `cause` and `remedy` are for people; `heals` says whether asking again can help."""

    WRONG_KEY = "wrong_key"
    NO_SUCH_MODEL = "no_such_model"
    NO_MONEY = "no_money"
    BAD_REQUEST = "bad_request"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_FILTER = "content_filter"
    TIME_OUT = "time_out"
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    MALFORMED_REPLY = "malformed_reply"

    @property
    def heals(self) -> bool:
        """Asking again can help."""
        return self in _HEALS

    @property
    def stops_run(self) -> bool:
        """Every further call would fail alike, so the run pauses and says why."""
        return self in _STOPS

    @property
    def cause(self) -> str:
        return _WORDS[self][0]

    @property
    def remedy(self) -> str:
        return _WORDS[self][1]


_HEALS = frozenset(
    {ErrorKind.TIME_OUT, ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMIT, ErrorKind.SERVER_ERROR, ErrorKind.MALFORMED_REPLY}
)
_STOPS = frozenset(
    {
        ErrorKind.WRONG_KEY,
        ErrorKind.NO_SUCH_MODEL,
        ErrorKind.NO_MONEY,
        ErrorKind.BAD_REQUEST,
        ErrorKind.UNREACHABLE,
        ErrorKind.NOT_ALLOWED,
    }
)
_WORDS = {
    ErrorKind.WRONG_KEY: ("The endpoint refused the key", "Set the key's environment variable and start again"),
    ErrorKind.NO_SUCH_MODEL: ("The endpoint has no such model", "Choose one of the models that it lists"),
    ErrorKind.NO_MONEY: ("The account has no money or quota left", "Top it up, then resume"),
    ErrorKind.BAD_REQUEST: ("The endpoint refused the request", "Read its message; a setting may not be supported"),
    ErrorKind.CONTEXT_TOO_LONG: ("The text is longer than the model can read", "Use a model with a longer context"),
    ErrorKind.CONTENT_FILTER: ("The endpoint's content filter held the text back", "Nothing to do; the item is kept"),
    ErrorKind.TIME_OUT: ("The endpoint did not answer in time", "Resume later, or allow it more time"),
    ErrorKind.UNREACHABLE: ("The endpoint cannot be reached", "Start it or check its address, then resume"),
    ErrorKind.NOT_ALLOWED: (
        "The address leads to this machine or its network, and no owner allowed that",
        "An owner can allow it under Settings; then resume",
    ),
    ErrorKind.RATE_LIMIT: ("The endpoint's rate limit was reached", "It is asked again, more slowly"),
    ErrorKind.SERVER_ERROR: ("The endpoint failed", "It is asked again; if it lasts, ask its operator"),
    ErrorKind.MALFORMED_REPLY: ("The reply was not what was asked for", "It is asked again; the item is kept"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How a reply is drawn. The defaults are the paper's (docs/method.md, section 1)."""

    temperature: float = 1.0
    top_p: float = 0.9
    max_tokens: int = 2048
    frequency_penalty: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRequest:
    """One question to a model. `schema` is a JSON schema that the reply must satisfy, where the server can."""

    messages: tuple[Message, ...]
    sampling: Sampling
    seed: int | None = None
    schema: str | None = None
    top_logprobs: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatReply:
    """What came back. `first_logprobs` maps candidates for the reply's FIRST token to natural-log probabilities.

    `retry_after_s` is the server's wish that nothing more is asked for so long, said with the last call of a limit.
    """

    text: str
    finish_reason: str
    tokens_in: int | None
    tokens_out: int | None
    raw: str
    latency_ms: float
    first_logprobs: dict[str, float] = field(default_factory=dict)
    retry_after_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFailure:
    """A failed call is a value. `retry_after_s` is the server's own wish; `detail` its words, without secrets.

    `elsewhere_in_s`: another endpoint of the same pool can be asked after so long; None if there is none.
    """

    kind: ErrorKind
    detail: str
    latency_ms: float = 0.0
    retry_after_s: float | None = None
    raw: str = ""
    elsewhere_in_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """US dollars per million tokens. Unknown stays None, never 0."""

    input_usd: float | None = None
    output_usd: float | None = None

    def cost_usd(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """None if a price or a count is unknown."""
        if None in (self.input_usd, self.output_usd, tokens_in, tokens_out):
            return None
        return ((tokens_in or 0) * (self.input_usd or 0) + (tokens_out or 0) * (self.output_usd or 0)) / 1e6

    def times(self, share: float) -> "Prices":
        """So much of these prices."""
        return Prices(
            input_usd=None if self.input_usd is None else self.input_usd * share,
            output_usd=None if self.output_usd is None else self.output_usd * share,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """The fact that a call was made: exact request, raw reply, tokens, money, time."""

    id: str
    task_id: str
    run_id: str
    system_id: str
    kind: str
    request: str
    reply: str | None
    finish_reason: str | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    worst_cost_usd: float | None
    worst_tokens: int
    latency_ms: float
    error_kind: ErrorKind | None
    error_detail: str | None
    started_at: datetime
