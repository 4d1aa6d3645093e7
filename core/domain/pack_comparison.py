"""Two packs on the same seeds, with the same draws: two runs, read side by side."""

from dataclasses import dataclass

from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.overview import Compared, Overview
from core.domain.run import Difficulty
from core.domain.tree import Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class PackWish:
    """What to compare. Both runs get the same seeds, the same seed of chance and the same everything but the pack."""

    first: str
    second: str
    endpoint: str
    n_seeds: int
    epochs: int = 1
    difficulty: Difficulty = Difficulty.NONE
    rng_seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPair:
    """Two runs of the project that differ in their pack alone."""

    first_run: str
    second_run: str
    first_number: int
    second_number: int
    first_pack: str
    second_pack: str
    endpoint: str
    n_seeds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One pack's child in a place. `pieces` is how it differs from its parent; () if it is mostly rewritten, or not there."""

    id: str
    text: str
    pieces: tuple[Piece, ...]
    status: RunStatus
    rule: Rule | None
    words_added: int | None
    difficulty: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairLine:
    """One place: a seed, an epoch, the operation that both runs drew, and what each pack made of it."""

    seed_id: str
    seed_text: str
    epoch: int
    operation: Operation
    first: Side | None
    second: Side | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackComparison:
    """`both`, `only_first`, `only_second` and `neither` count places where both have an outcome, by what survived."""

    first: Overview
    second: Overview
    figures: tuple[Compared, ...]
    both: int
    only_first: int
    only_second: int
    neither: int
    lines: tuple[PairLine, ...]
    total: int
    going: bool
