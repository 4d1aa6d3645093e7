"""How far people say the same: what is counted, and what follows from it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """So many items on which so many people said accept and so many said reject."""

    accepts: int
    rejects: int
    items: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoVerdicts:
    """The items on which there are two verdicts: of two people, or one person's first and second."""

    both_accept: int = 0
    first_accepts: int = 0
    second_accepts: int = 0
    both_reject: int = 0

    @property
    def n(self) -> int:
        return self.both_accept + self.first_accepts + self.second_accepts + self.both_reject

    @property
    def same(self) -> int:
        return self.both_accept + self.both_reject


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """How difficult one person finds one text."""

    text: str
    person: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """A coefficient (1: always the same, 0: as by chance) on n items; None where it is undefined, and then why."""

    value: float | None
    n: int
    why: str = ""
