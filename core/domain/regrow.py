"""Evolving one node again because a person asks for it: what they wish, what it may cost, what came of it."""

from dataclasses import dataclass

from core.domain.operation import Operation

HINT_MOST = 500  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which operation, and in a person's own words what they would like to see; `data_format` for complicated input."""

    operation: Operation
    data_format: str | None = None
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Who would be asked, and the most that it can take. `worst_usd` is None if a price is not known.

    `refusal` says why nobody can be asked, and what to do about it; "" if all is well.
    """

    endpoint: str
    model: str
    worst_tokens: int
    worst_usd: float | None
    checks: tuple[str, ...]
    refusal: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Regrown:
    """The new node and what its one call took. `problem` says in words why there is no text, if there is none."""

    id: str
    seed: str
    status: str
    why: str
    problem: str
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    latency_ms: float
