"""Endpoints as people set them up, and systems as runs remember them."""

from dataclasses import dataclass, field

from core.domain.call import Prices

EMBEDDED = "embedded"  # the reserved endpoint name of the model that ships with the studio


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A server that speaks the OpenAI API. Only the NAME of the key's environment variable is ever kept."""

    name: str
    base_url: str
    model: str
    key_env: str | None = None
    prices: Prices = field(default_factory=Prices)
    in_flight: int = 16
    timeout_s: float = 120.0
    supports_schema: bool = True
    supports_logprobs: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A snapshot of what evolves, answers or judges in a run: it never changes, even if the endpoint does."""

    id: str
    name: str
    endpoint: str
    model: str
    sampling: str
    input_usd: float | None
    output_usd: float | None
