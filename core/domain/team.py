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
class ScorePart:
    """How difficult one person finds texts, 1 to 10, as it holds now. `mean` is of their scores; `pace_s` as of a Part."""

    person_id: str
    scored: int
    today: int
    mean: float
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
    """One person in the team. `left`: what waits for them in the queue that was asked about, and how long it takes at their pace.

    `part` is None of somebody who decided nothing, `scores` of somebody who said of nothing how difficult it is.
    """

    person_id: str
    name: str
    part: Part | None
    scores: ScorePart | None
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
class ScorePair:
    """How far two people agree on difficulty: `near` are the texts on which they are at most one apart."""

    one: str
    other: str
    near: Share
    alpha: Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """Everybody who said something in a project, and how far they agree: on verdicts, and on how difficult texts are."""

    members: tuple[Member, ...]
    alpha: Agreement
    pairs: tuple[Pair, ...]
    disputed: int
    score_alpha: Agreement
    score_pairs: tuple[ScorePair, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """So many items would go from one human status to another."""

    was: str
    becomes: str
    items: int
