"""How a dataset is shaped on its way out: without repetitions, without what a test set asks, a sample, split, shuffled."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

WHOLE, TRAIN, TEST = "", "train", "test"
NGRAM = 13  # words in a row that two texts share only if one holds the other (GPT-3's choice, Brown et al. 2020, appendix C)
COSINE = 0.9


class Repeats(StrEnum):
    """Which repetitions are left out; the oldest of them stays."""

    KEPT = "kept"
    EXACT = "exact"
    NEAR = "near"

    @property
    def label(self) -> str:
        return {
            Repeats.KEPT: "Keep them",
            Repeats.EXACT: "Leave out the same texts",
            Repeats.NEAR: "Leave out nearly the same texts",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shaping:
    """What is done to the picked rows, in the order of these fields. The usual value does nothing.

    `against`: ids of the test sets (reference sets, or studies with prompts of their own) whose texts are kept out: rows that have
    `ngram` words in a row in common with one, and, with a `cosine`, rows whose embedding is at least so near to one.
    `model`: whose embeddings those are ("": whichever has most of the sets', as exports before this field had it).
    `sample`: so many rows by lot. `test_share`: so much of the rows, in whole lineages, goes into the test split.
    `seed` decides every lot; with `shuffle` also the order.
    """

    repeats: Repeats = Repeats.KEPT
    against: tuple[str, ...] = ()
    ngram: int = NGRAM
    cosine: float | None = None
    model: str = ""
    sample: int | None = None
    test_share: float = 0.0
    shuffle: bool = False
    seed: int = 1

    @property
    def reads_texts(self) -> bool:
        """Whether it takes a while."""
        return self.repeats is Repeats.NEAR or bool(self.against)


USUAL = Shaping()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one step left out, and how many rows were left after it."""

    name: str
    out: int
    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """One part of what is taken: its rows by the `seq` of their instructions, in their order, from so many lineages."""

    name: str
    seqs: Sequence[int]
    lineages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitSize:
    """How large one part of what is taken is."""

    name: str
    rows: int
    lineages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shaped:
    """What a shaping came to."""

    splits: tuple[Split, ...]
    steps: tuple[Step, ...] = ()

    @property
    def rows(self) -> int:
        return sum(len(one.seqs) for one in self.splits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Licences:
    """What the person who takes a dataset out says of its licence, and of the seeds that came without one ("" for nothing)."""

    dataset: str = ""
    seeds: str = ""


UNSAID = Licences()


@dataclass(frozen=True, kw_only=True, slots=True)
class TestSet:
    """Texts that a dataset can be kept clear of: a reference set, or the own prompts of a study."""

    __test__ = False

    id: str
    name: str
    n: int
