"""Coverage: which skills at which difficulties a dataset has, and where it could grow next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import nextafter
from typing import Any

from core.domain.explore import EVOLVED, narrowed
from core.domain.instruction import HumanStatus, RunStatus
from core.domain.operation import Operation
from core.domain.queue import QueueFilter

LEAST, MOST = 1, 10
BORROWED = 10.0  # tries that other skills may count for, for one operation
NOT_SCORED = 0  # the column of what has no difficulty
DIFFICULTIES = tuple(range(LEAST, MOST + 1))
_OPEN = (HumanStatus.UNDECIDED, HumanStatus.DISPUTED)
_ADDRESS = re.compile(r"(10|[0-9]):(.{0,100})", re.DOTALL)


class Reach(StrEnum):
    """How far an instruction has come. `KEPT` is what survived and nobody rejected: accepted or waiting for people."""

    KEPT = "kept"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    ELIMINATED = "eliminated"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def statuses(self) -> tuple[RunStatus, ...]:
        return () if self is Reach.ACCEPTED else (_ENDED.get(self, RunStatus.SURVIVED),)

    @property
    def people(self) -> tuple[HumanStatus, ...]:
        return _SAID[self]

    @property
    def set_aside(self) -> bool | None:
        """What was set aside waits for nobody."""
        return False if self in (Reach.KEPT, Reach.WAITING) else None


_ENDED = {Reach.ELIMINATED: RunStatus.ELIMINATED}
_SAID: Mapping[Reach, tuple[HumanStatus, ...]] = {
    Reach.KEPT: (HumanStatus.ACCEPTED, *_OPEN),
    Reach.ACCEPTED: (HumanStatus.ACCEPTED,),
    Reach.WAITING: _OPEN,
    Reach.ELIMINATED: (*_OPEN, HumanStatus.REJECTED),
    Reach.REJECTED: (HumanStatus.REJECTED,),
}


class Scale(StrEnum):
    """Whose difficulty: the model's score, or the mean of what people said."""

    MODEL = "model"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One skill ("" is none known) at one difficulty, 1 to 10, or NOT_SCORED. As text it stands in an address."""

    skill: str
    difficulty: int

    def __str__(self) -> str:
        return f"{self.difficulty}:{self.skill}"

    @classmethod
    def read(cls, text: str) -> "Cell | None":
        """From an address; None for anything that is no cell."""
        said = _ADDRESS.fullmatch(text)
        return cls(skill=said[2], difficulty=int(said[1])) if said else None

    @property
    def is_scored(self) -> bool:
        return self.difficulty != NOT_SCORED

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """From and to, both included, of what falls into this column; None is no bound."""
        low = self.difficulty - 0.5 if self.difficulty > LEAST else None
        return low, nextafter(self.difficulty + 0.5, 0) if self.difficulty < MOST else None


def items_of(cell: Cell, reach: Reach, scale: Scale, within: QueueFilter | None = None) -> QueueFilter:
    """The instructions of a cell that have come so far, within another filter. Ask only where there are any (`Coverage.n`)."""
    said: dict[str, Any] = {"kinds": EVOLVED.kinds, "people": tuple(map(str, reach.people)), "skills": (cell.skill,)}
    if reach.statuses:
        said["statuses"] = tuple(map(str, reach.statuses))
    if reach.set_aside is not None:
        said["set_aside"] = reach.set_aside
    low, high = cell.bounds
    if not cell.is_scored:
        said["is_scored"] = False
    elif scale is Scale.PEOPLE:
        said |= {"said_from": low, "said_to": high}
    else:
        said |= {"difficulty_from": low, "difficulty_to": high}
    return narrowed(EVOLVED if within is None else within, **said)


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillLine:
    """One skill: its seeds that nobody rejected, how many of them have a difficulty, and the least and the mean of those."""

    skill: str
    seeds: int = 0
    scored: int = 0
    least: float | None = None
    mean: float | None = None

    def has_below(self, difficulty: float) -> bool:
        """Whether a seed could grow up to there: one that is easier, or of which nobody knows."""
        return self.seeds > self.scored or (self.least is not None and self.least < difficulty)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """The grid: how many instructions of each cell have come how far. A pair that is not there has none."""

    scale: Scale
    counts: Mapping[tuple[Cell, Reach], int]
    skills: tuple[SkillLine, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """The difficulties; and what is not scored, but on people's scale: what nobody was asked about is no column of theirs."""
        return DIFFICULTIES if self.scale is Scale.PEOPLE else (*DIFFICULTIES, NOT_SCORED)

    def n(self, cell: Cell, reach: Reach) -> int:
        return self.counts.get((cell, reach), 0)

    def total(self, reach: Reach) -> int:
        """Everywhere, what has no difficulty too."""
        return sum(n for (_, one), n in self.counts.items() if one is reach)

    def not_scored(self, reach: Reach) -> int:
        return sum(n for (cell, one), n in self.counts.items() if one is reach and not cell.is_scored)

    @property
    def growable(self) -> tuple[str, ...]:
        """The skills that have seeds."""
        return tuple(line.skill for line in self.skills if line.seeds)

    def filled(self, reach: Reach) -> int:
        """How many of the cells that could be grown have at least one."""
        own = set(self.growable)
        return sum(
            one is reach and cell.is_scored and cell.skill in own and n > 0 for (cell, one), n in self.counts.items()
        )

    @property
    def cells(self) -> int:
        """How many there are for the skills that have seeds."""
        return len(self.growable) * len(DIFFICULTIES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """A cell had its first instruction when `decided` evolutions had been decided."""

    cell: Cell
    decided: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageCurve:
    """How the grid filled: the first arrivals in order, of `decided` decided evolutions in all."""

    reached: tuple[Reached, ...]
    decided: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Landings:
    """What became of one operation's tries: `landed` in the cell of `tried`; `elsewhere` the same of all other skills."""

    operation: Operation
    tried: int = 0
    landed: int = 0
    tried_elsewhere: int = 0
    landed_elsewhere: int = 0

    @property
    def is_known(self) -> bool:
        return self.tried + self.tried_elsewhere > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedsBelow:
    """The seeds of a skill, seen from a difficulty: how many lie below it, have none, or do not; and those to take."""

    below: int
    not_scored: int
    above: int
    taken: int
    mean: float | None  # of those to take that have a difficulty


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """How much more difficult a survivor was than its parent, on average over n of them. `own`: of this skill alone."""

    n: int
    mean: float | None
    own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a run would be set up with to reach a cell, and why. `weights` None: nothing is known, so the usual ones."""

    cell: Cell
    seeds: SeedsBelow
    landings: tuple[Landings, ...]
    weights: Mapping[Operation, float] | None
    gain: Gain
    epochs: int | None

    @property
    def can_grow(self) -> bool:
        return self.seeds.taken > 0
