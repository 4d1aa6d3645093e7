"""What a team has decided: each one's part and pace, how far they agree, and what another consensus rule would change."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.agreement import Agreement, Split, TwoVerdicts
from core.domain.overview import Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one person decided, one by one, that still holds. `pace_s`: the median time an item was looked at, in seconds."""

    person_id: str
    decided: int
    today: int
    accepted: int
    pace_s: float | None
    last: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PairCount:
    """The items that both of two people decided, the same text each."""

    one: str
    other: str
    verdicts: TwoVerdicts


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What agreement is worked out of."""

    splits: tuple[Split, ...]
    pairs: tuple[PairCount, ...]
    again: dict[str, TwoVerdicts]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One person in the team. `left`: what waits for them in the queue that was asked about, and how long it takes at their pace."""

    person_id: str
    name: str
    part: Part | None
    accepts: Share
    left: int
    left_s: float | None
    again: Share
    again_kappa: Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """How far two people agree."""

    one: str
    other: str
    same: Share
    kappa: Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """Everybody who decided in a project, and how far they agree."""

    members: tuple[Member, ...]
    alpha: Agreement
    pairs: tuple[Pair, ...]
    disputed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """So many items would go from one human status to another."""

    was: str
    becomes: str
    items: int
