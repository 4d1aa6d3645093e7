"""How sure a measure is that depends on how many texts there are: half of the seeds at a time, without replacement, whole lineages.

Drawing with replacement, as a bootstrap does, would lay copies beside each other: a nearest neighbour at distance 0, a
near-duplicate that nobody wrote. Drawn without replacement, half of the seeds spread about as much around all of them
as all do around the world that they came from: for a mean of G seeds, (2/G − 1/G) σ² = σ²/G exactly. That makes it the
m out of n bootstrap (Politis and Romano 1994), or the delete-d jackknife (Shao and Wu 1989), with d = G/2, where the factor between both
spreads is 1. For what is no mean it is too wide rather than too narrow.

A measure is taken of blocks of `equal` texts: lineages in random order, one after the other, until they are so many (sample-based
rarefaction, Gotelli and Colwell 2001). Lineages stay whole, because what makes a set poor may be siblings that are alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.diversity import Texts, measures
from core.analysis.intervals import CONFIDENCE, t_quantile
from core.domain.diversity import DIVERSITY, Measure
from core.domain.study_numbers import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]

HALVES = "half of the seeds at a time"
_MOST_BLOCKS = 8
_MOST_UNDEFINED = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Halving:
    """How often, from which seed. `progress` hears rounds done and rounds in all; what it raises stops the work."""

    equal: int
    rounds: int = 200
    seed: int = 0
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Half:
    """One draw: the place of each seed in a random order that begins with the drawn ones, and how many were drawn."""

    place: Ints
    drawn: int


def rounds_of(sides: Sequence[Texts], how: Halving) -> Floats:
    """Rounds × sides × DIVERSITY: the same draw of seeds for all sides, so that what they share varies with both.

    Seeds that are in the same sides make a stratum, and half of each stratum is drawn.
    """
    from threadpoolctl import threadpool_limits

    found = np.full((how.rounds, len(sides), len(DIVERSITY)), np.nan)
    many = 1 + max((int(side.seeds.max()) for side in sides if len(side.seeds)), default=0)
    strata = _strata(sides, many)
    rng = np.random.default_rng(how.seed)
    # On a machine that has other work, threads that wait for each other take a hundred times as long.
    with threadpool_limits(1):
        for number in range(how.rounds):
            half = _halved(strata, rng)
            for at, side in enumerate(sides):
                drawn = blocks(side.seeds, half.place, half.drawn, how.equal, rng)
                found[number, at] = np.mean([measures(side, rows) for rows in drawn], axis=0)
            if how.progress:
                how.progress(number + 1, how.rounds)
    return found


def blocks(seeds: Ints, place: Ints, drawn: int, equal: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Rows in blocks of `equal`: lineages by their place, those of the drawn seeds and, if these are too few, the next.

    Together the blocks hold all that was drawn; the last ones overlap where it does not divide.
    """
    order = np.lexsort((rng.random(len(seeds)), place[seeds]))
    used = max(equal, int((place[seeds] < drawn).sum()))
    count = min(_MOST_BLOCKS, -(-used // equal))
    for start in np.linspace(0, used - equal, count).round().astype(np.int64):
        yield order[start : start + equal]


def equal_for(sizes: Sequence[int], most: int) -> int:
    """At how many texts groups of these sizes are compared: half of the smallest, so that half of its seeds has enough."""
    return min(most, min(sizes, default=0) // 2)


def estimates(rounds: Floats, n: int, seeds: int, equal: int) -> dict[Measure, Estimate]:
    """Of one side: each measure's mean over the rounds, with Student's interval of the rounds' spread, cut where the measure ends."""
    ends = {Measure.NEAREST: (0.0, 2.0), Measure.VENDI: (1.0, float(equal)), Measure.CELLS: (0.0, float(equal))}
    return {
        one: _estimate(rounds[:, at], n, seeds, bounds=ends.get(one, (0.0, 1.0))) for at, one in enumerate(DIVERSITY)
    }


def difference(first: Floats, second: Floats, n: int, seeds: int) -> tuple[Estimate, float | None]:
    """Second minus first, round by round; and the probability of one so large if there were none (Student's, two-sided)."""
    moved = second - first
    found = _estimate(moved, n, seeds, bounds=(-np.inf, np.inf))
    if found.value is None or found.low is None:
        return found, None
    from scipy.stats import t

    spread = float(np.nanstd(moved, ddof=1))
    return found, float(2 * t.sf(abs(found.value) / spread, seeds - 1))


def _estimate(rounds: Floats, n: int, seeds: int, *, bounds: tuple[float, float]) -> Estimate:
    defined = rounds[~np.isnan(rounds)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(rounds) or len(defined) < 2:
        return Estimate(value=None, n=n, why="undefined here")
    value, spread = float(defined.mean()), float(defined.std(ddof=1))
    if seeds < 2:
        return Estimate(value=value, n=n, why="no interval: one seed alone cannot be divided")
    if spread < 1e-12:
        return Estimate(value=value, n=n, why="no interval: every half says the same, so nothing shows how sure it is")
    reach = t_quantile((1 + CONFIDENCE) / 2, seeds - 1) * spread
    low, high = max(bounds[0], value - reach), min(bounds[1], value + reach)
    return Estimate(value=value, n=n, low=low, high=high, interval=HALVES)


def _strata(sides: Sequence[Texts], many: int) -> list[Ints]:
    """Seeds by the sides that they are in; what is in none is in no stratum."""
    held = np.zeros((many, len(sides)), dtype=np.int64)
    for at, side in enumerate(sides):
        held[side.seeds, at] = 1
    code = held @ (2 ** np.arange(len(sides)))
    return [np.flatnonzero(code == one) for one in np.unique(code[code > 0])]


def _halved(strata: Sequence[Ints], rng: np.random.Generator) -> _Half:
    """Half of each stratum; of an odd number, one more or one less as a coin says."""
    many = 1 + max(int(stratum.max()) for stratum in strata)
    chosen, others = [], []
    for stratum in strata:
        order = rng.permutation(stratum)
        half = (len(order) + int(rng.integers(0, 2))) // 2
        chosen.append(order[:half])
        others.append(order[half:])
    drawn = rng.permutation(np.concatenate(chosen))
    place = np.zeros(many, dtype=np.int64)
    place[np.concatenate([drawn, rng.permutation(np.concatenate(others))])] = np.arange(sum(map(len, strata)))
    return _Half(place=place, drawn=len(drawn))
