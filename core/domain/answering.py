"""Answering one instruction because a person asks for it: what it may cost, and what came of it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerOffer:
    """Who would be asked, and the most that it can take. `worst_usd` is None if a price is not known.

    `refusal` says why nobody can be asked, and what to do about it; "" if all is well.
    """

    endpoint: str
    model: str
    worst_tokens: int
    worst_usd: float | None
    refusal: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The new answer and what its one call took. `problem` says in words why there is none, if there is none.

    `stale`: somebody changed the instruction while it was being answered. `stops`: every further call would fail alike.
    """

    revision: str | None
    text: str
    words: int
    stale: bool
    problem: str
    stops: bool
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    latency_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """An accepted instruction that has no answer to its present text. `stale`: it has one to an earlier text."""

    id: str
    seed: str
    run: str | None
    status: str | None
    stale: bool
    text: str
