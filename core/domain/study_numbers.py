"""What a study's judgments amount to: outcomes that are counted, and numbers with their intervals."""

from dataclasses import dataclass

from core.domain.agreement import Agreement
from core.domain.overview import Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Outcomes of one contestant against another: verdicts of prompts, or single votes."""

    wins: int
    ties: int
    losses: int

    @property
    def n(self) -> int:
        return self.wins + self.ties + self.losses

    @property
    def swapped(self) -> "Record":
        """The same outcomes, seen by the other."""
        return Record(wins=self.losses, ties=self.ties, losses=self.wins)


@dataclass(frozen=True, kw_only=True, slots=True)
class BySeed:
    """A 95 % interval that takes prompts of one seed as related. `design_effect`: so many related prompts tell as much as one alone."""

    low: float
    high: float
    seeds: int
    design_effect: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A number worked out of `n` things, with its 95 % interval; None where it is undefined, and `why` says then why.

    A number can stand without an interval (`low` and `high` None): `why` says that too. `interval` names how it was made.
    `by_seed` stands beside an interval that takes prompts as independent, where some are not.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    interval: str = ""
    why: str = ""
    by_seed: BySeed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FleissKappa:
    """Fleiss' kappa needs as many raters on every item: it speaks of the items with `raters` of them; `left_out` had more or fewer."""

    agreement: Agreement
    raters: int
    left_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoRaters:
    """How far two raters (ids) say the same."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjusted:
    """Strengths (one per contestant, centred log-odds) at equal length and position, and what those two are worth in log-odds."""

    strengths: tuple[Estimate, ...]
    length: Estimate
    position: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class SelfAgreement:
    """What one rater said the same of when the same texts came again: the share of votes, and kappa of first and second time."""

    rater: str
    same: Estimate
    kappa: Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeAgreement:
    """A model judge beside people, verdict by verdict. `confusion`: rows are people's, columns the judge's win, tie, loss."""

    kappa: Agreement
    same: Share
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preference:
    """Of two texts for one prompt (ids of prompt and contestants) the one that more votes preferred. `margin`: (for − against) / votes."""

    prompt: str
    chosen: str
    rejected: str
    votes_for: int
    votes_against: int
    ties: int
    margin: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationStrength:
    """How an operation's children do against their siblings by others, in centred log-odds."""

    operation: str
    strength: Estimate
