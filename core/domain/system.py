"""Endpoints and pools as people set them up, and systems as runs remember them."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.call import Prices, Sampling
from core.domain.reach import Reach

EMBEDDED = "embedded"  # the reserved endpoint name of the model that ships with the studio


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingDefaults:
    """How an endpoint's replies are drawn unless a run says otherwise. None leaves what the run's preset says."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    def over(self, sampling: Sampling) -> Sampling:
        """The sampling with what is set here in its place."""
        return replace(
            sampling,
            temperature=sampling.temperature if self.temperature is None else self.temperature,
            top_p=sampling.top_p if self.top_p is None else self.top_p,
            max_tokens=sampling.max_tokens if self.max_tokens is None else self.max_tokens,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A server that speaks the OpenAI API. Only the NAME of its key is ever kept.

    `batch_share`: what a call by batch costs, as a share of its price (0.5 is half); None if it cannot be asked by batch.

    `key_env` names an environment variable, `key_secret` an entry of Streamlit's secrets.toml ("section.name" reaches into a
    table); one of them, or none. A limit that is None is not known, and then only the server itself limits. `reach` is no setting of
    it: whither a connection may go is what owners said of its address (core/services/destinations.py).
    """

    name: str
    base_url: str
    model: str
    key_env: str | None = None
    key_secret: str | None = None
    prices: Prices = field(default_factory=Prices)
    in_flight: int = 16
    requests_per_min: int | None = None
    tokens_per_min: int | None = None
    timeout_s: float = 120.0
    sampling: SamplingDefaults = field(default_factory=SamplingDefaults)
    supports_schema: bool = True
    supports_logprobs: bool = True
    supports_seed: bool = True
    batch_share: float | None = None
    reach: Reach = field(default=Reach.OUTSIDE, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One endpoint of a pool, by name. Of two healthy members the one with twice the weight gets twice the calls."""

    endpoint: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Several endpoints under one name: each call goes to one that is healthy, by weight."""

    name: str
    members: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Player:
    """Who may play a role in a run: an endpoint alone, or a pool with all its endpoints."""

    name: str
    members: tuple[tuple[Endpoint, float], ...]
    is_pool: bool = False

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(endpoint for endpoint, _ in self.members)

    @property
    def in_flight(self) -> int:
        """Calls that may be in flight at once, at all of them together."""
        return sum(endpoint.in_flight for endpoint in self.endpoints)

    @property
    def prices(self) -> Prices:
        """The mean by weight; unknown as soon as one member's are."""
        return Prices(
            input_usd=self._mean([(endpoint.prices.input_usd, weight) for endpoint, weight in self.members]),
            output_usd=self._mean([(endpoint.prices.output_usd, weight) for endpoint, weight in self.members]),
        )

    @staticmethod
    def _mean(values: list[tuple[float | None, float]]) -> float | None:
        known = [(value, weight) for value, weight in values if value is not None]
        if len(known) < len(values) or not known:
            return None
        return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of what a test found. `holds`: True yes, False no, None not found out. `words` are for people."""

    name: str
    holds: bool | None
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointReport:
    """What a few small calls showed of an endpoint, kept until its address or model changes.

    `usd` counts unsaid usage at worst case; None if its prices are not known. `latency_ms` is the median answer's, None if none
    came.
    """

    endpoint: str
    base_url: str
    model: str
    calls: int
    tokens: int
    usd: float | None
    latency_ms: float | None
    findings: tuple[Finding, ...]
    tested_at: datetime

    @property
    def answers(self) -> bool:
        """Whether it gave any usable answer."""
        return self.latency_ms is not None


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
