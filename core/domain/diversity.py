"""How unlike one another the texts of some groups are, and how two sides differ: what is measured, of what, and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.queue import QueueFilter
from core.domain.study_numbers import Estimate

ALIKE_FROM = 0.9  # cosine of two texts that say nearly the same
LEAST_TEXTS, LEAST_SEEDS = 12, 10  # of a group of which anything is said
LEAST_REFERENCE = 40  # texts of a reference set in which clusters are found
FEW_SEEDS = 20  # below it intervals are rough, which is said
MOST_POOL = 4_000  # texts that are taken of a group, at the most
MOST_EQUAL = 1_000  # texts at which groups are compared, at the most
CLUSTERS = 20
SIGNIFICANT = 0.05


class Measure(StrEnum):
    """What is measured. The first seven follow from what happened to instructions, the others from their texts."""

    SURVIVED = "survived"
    ACCEPTED = "accepted"
    DIFFICULTY = "difficulty"
    WORDS = "words"
    WORDS_ADDED = "words_added"
    COST_SURVIVOR = "cost_survivor"
    COST_ACCEPTED = "cost_accepted"
    NEAREST = "nearest"
    ENTROPY = "entropy"
    COVERED = "covered"
    VENDI = "vendi"
    ALIKE = "alike"
    REWORDED = "reworded"
    CELLS = "cells"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def about(self) -> str:
        """What it is, in one sentence."""
        return _ABOUT[self]

    @property
    def unit(self) -> "Unit":
        return _UNITS.get(self, Unit.NUMBER)

    @property
    def is_of_texts(self) -> bool:
        """It depends on how many texts there are, and is told at an equal number of them."""
        return self in DIVERSITY


class Unit(StrEnum):
    SHARE = "share"
    USD = "usd"
    NUMBER = "number"


DIVERSITY = (
    Measure.NEAREST,
    Measure.ENTROPY,
    Measure.COVERED,
    Measure.VENDI,
    Measure.ALIKE,
    Measure.REWORDED,
    Measure.CELLS,
)
SHOWN_OF_GROUPS = DIVERSITY[:-1]  # seeds and reference sets have no place on the grid
_LABELS: Mapping[Measure, str] = {
    Measure.SURVIVED: "Survived",
    Measure.ACCEPTED: "Accepted",
    Measure.DIFFICULTY: "Mean difficulty",
    Measure.WORDS: "Mean words",
    Measure.WORDS_ADDED: "Mean words added",
    Measure.COST_SURVIVOR: "Dollars a survivor",
    Measure.COST_ACCEPTED: "Dollars an accepted one",
    Measure.NEAREST: "Distance to the nearest",
    Measure.ENTROPY: "Spread over clusters",
    Measure.COVERED: "Reference covered",
    Measure.VENDI: "Vendi score",
    Measure.ALIKE: "Near-duplicates by meaning",
    Measure.REWORDED: "Near-duplicates by words",
    Measure.CELLS: "Cells filled",
}
_ABOUT: Mapping[Measure, str] = {
    Measure.SURVIVED: "Survivors of all that were checked",
    Measure.ACCEPTED: "Accepted of the survivors that people have settled",
    Measure.DIFFICULTY: "As the model scores it, 1 to 10",
    Measure.WORDS: "Words of a text",
    Measure.WORDS_ADDED: "Words more than its parent has",
    Measure.COST_SURVIVOR: "What all calls for evolving cost, by those that survived",
    Measure.COST_ACCEPTED: "The same by those that people accepted",
    Measure.NEAREST: "Mean cosine distance to the closest text; higher is more diverse",
    Measure.ENTROPY: "Entropy of clusters, 1 when equally full; higher is more diverse",
    Measure.COVERED: "Clusters of the reference set with a text inside; higher covers more",
    Measure.VENDI: "Effective number of different texts; higher is more diverse",
    Measure.ALIKE: f"Texts with another at cosine {ALIKE_FROM:g} or more; lower is more diverse",
    Measure.REWORDED: "Texts with another of mostly the same words; lower is more diverse",
    Measure.CELLS: "Cells of skill × difficulty with at least one text",
}
_UNITS: Mapping[Measure, Unit] = {
    Measure.SURVIVED: Unit.SHARE,
    Measure.ACCEPTED: Unit.SHARE,
    Measure.COVERED: Unit.SHARE,
    Measure.ALIKE: Unit.SHARE,
    Measure.REWORDED: Unit.SHARE,
    Measure.COST_SURVIVOR: Unit.USD,
    Measure.COST_ACCEPTED: Unit.USD,
}


class Part(StrEnum):
    """By what groups stand apart."""

    EPOCH = "epoch"
    OPERATION = "operation"
    RUN = "run"
    KIND = "kind"

    @property
    def label(self) -> str:
        return {Part.EPOCH: "Epoch", Part.OPERATION: "Operation", Part.RUN: "Run", Part.KIND: "Kind"}[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Some texts: `n` that have an embedding, of `seeds` lineages. `name` is an epoch, an operation, a run, a kind or a source."""

    name: str
    title: str
    wanted: QueueFilter
    n: int
    seeds: int
    without: int = 0  # texts that have no embedding yet

    @property
    def why_not(self) -> str:
        """Why nothing is measured of it; "" if it is."""
        if self.n >= LEAST_TEXTS and self.seeds >= LEAST_SEEDS:
            return ""
        return f"fewer than {LEAST_TEXTS} texts or {LEAST_SEEDS} seeds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One group's numbers; `n` of an estimate is how many texts of the group were drawn from."""

    group: Group
    estimates: Mapping[Measure, Estimate]


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """Under which numbers of texts were worked out: all that somebody needs who wants them again.

    `equal`: texts at which every group is measured. `mark`: how far the log was. `reference`: the name of the set.
    """

    equal: int
    rounds: int
    rng_seed: int
    model: str
    clusters: int
    reference: str = ""
    reference_clusters: int = 0
    mark: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Diversity:
    """Groups beside each other; `left_out` are too small, and say so."""

    groups: tuple[Measured, ...]
    left_out: tuple[Group, ...]
    conditions: Conditions


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One side of a comparison: a filter and what people call it. A saved queue, a run, an epoch, a pack: all are filters."""

    title: str
    wanted: QueueFilter = field(default_factory=QueueFilter)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contrast:
    """One measure on both sides: `difference` is second minus first. `holm` is `p` corrected for all contrasts that have one.

    `behind`: the instructions that each side's number is about.
    """

    measure: Measure
    first: Estimate
    second: Estimate
    difference: Estimate
    behind: tuple[QueueFilter, QueueFilter]
    p: float | None = None
    holm: float | None = None

    @property
    def relative(self) -> "Relative | None":
        """The difference as a share of the first side's number, to show all measures on one scale; None if there is no interval or no scale."""
        base, moved = self.first.value, self.difference
        if not base or base < 0 or moved.value is None or moved.low is None or moved.high is None:
            return None
        return Relative(value=moved.value / base, low=moved.low / base, high=moved.high / base)

    @property
    def is_clear(self) -> bool:
        """It holds after correction for all that was compared."""
        return self.holm is not None and self.holm < SIGNIFICANT


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A difference and its interval, divided by the first side's number."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two sides, measure by measure. `seeds`: of the first, of the second, of both. `mark`: how far the log was."""

    first: Side
    second: Side
    seeds: tuple[int, int, int]
    mark: int
    contrasts: tuple[Contrast, ...]
    conditions: Conditions | None
    why_no_texts: str = ""
