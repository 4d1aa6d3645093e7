"""What a study's judgments amount to: outcomes that are counted, and numbers with their intervals."""

from dataclasses import dataclass

from core.domain.agreement import Agreement


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
class Estimate:
    """A number worked out of `n` things, with its 95 % interval; None where it is undefined, and `why` says then why.

    A number can stand without an interval (`low` and `high` None): `why` says that too. `interval` names how it was made.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    interval: str = ""
    why: str = ""


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
