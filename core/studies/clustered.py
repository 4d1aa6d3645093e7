"""Wilson's interval for a rate of prompts of which several were evolved from one seed: such prompts tell less than as many alone.

The design effect is how much more the rate varies from seed to seed than it would among prompts that have nothing in common
(Kish 1965). Dividing counts and n by it gives the interval its true amount of evidence (Rao and Scott 1992; for Wilson's interval Dean and
Pagano 2015); Student's t pays for having estimated the effect from so many seeds only (Korn and Graubard 1998).
"""

from statistics import NormalDist

import numpy as np

from core.analysis.intervals import CONFIDENCE, t_quantile, wilson_bounds
from core.domain.study_numbers import BySeed
from core.studies.ballots import Floats, Ints

_QUANTILE = (1 + CONFIDENCE) / 2


def by_seed(above: Floats, below: Floats, clusters: Ints) -> BySeed | None:
    """The interval of sum(above) / sum(below), prompt by prompt (`below` 0 or 1, `above` 0, ½ or 1); `clusters`: each one's seed.

    None where there is nothing to correct: nothing counted, or no two counted prompts of one seed.
    """
    counted = below > 0
    n, (won, sizes) = int(counted.sum()), _sums(above[counted], clusters[counted])
    seeds = len(sizes)
    if seeds == n:
        return None
    if seeds == 1:
        return BySeed(low=0.0, high=1.0, seeds=1, design_effect=float(n))
    rate = float(won.sum()) / n
    effect = _design_effect(above[counted], won, sizes, rate)
    evidence = n / effect * (NormalDist().inv_cdf(_QUANTILE) / t_quantile(_QUANTILE, seeds - 1)) ** 2
    low, high = wilson_bounds(rate * evidence, evidence)
    return BySeed(low=low, high=high, seeds=seeds, design_effect=effect)


def _design_effect(said: Floats, won: Floats, sizes: Floats, rate: float) -> float:
    """At least 1: an effect below it comes by chance, and would claim more evidence than there are prompts.

    Where all say the same, nothing shows how far prompts of a seed hang together: then as if they were one prompt.
    """
    n, seeds = len(said), len(sizes)
    alone = float(((said - rate) ** 2).sum()) / n**2
    if alone == 0:
        return float((sizes**2).sum()) / n
    between = seeds / (seeds - 1) * float(((won - rate * sizes) ** 2).sum()) / n**2
    return max(1.0, between / alone)


def _sums(above: Floats, clusters: Ints) -> tuple[Floats, Floats]:
    """By seed: the sum above, and how many prompts."""
    names, inverse = np.unique(clusters, return_inverse=True)
    won: Floats = np.bincount(inverse, weights=above, minlength=len(names)).astype(np.float64)
    sizes: Floats = np.bincount(inverse, minlength=len(names)).astype(np.float64)
    return won, sizes
