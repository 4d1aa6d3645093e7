"""Intervals by resampling whole clusters: prompts, or seeds where prompts were evolved from one (cluster bootstrap).

Percentile intervals (Efron 1979; Davison and Hinkley 1997, section 5.3). Votes on one prompt hang together, so a round draws clusters
with replacement and sums what was counted in them: a round is a row of weights times a table of counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import CONFIDENCE
from core.domain.study_numbers import Estimate
from core.studies.ballots import Ballots, Floats, Ints

BOOTSTRAP = "bootstrap"
_AT_ONCE = 100  # rounds whose weights are held in memory; a round's draw depends on it, so it is part of the seed
_MOST_UNDEFINED = 0.05  # of the rounds; beyond that the defined ones would draw too rosy a picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Bootstrap:
    """How to resample. `progress` hears rounds done and rounds in all; what it raises stops the work."""

    rounds: int = 1000
    seed: int = 0
    progress: Callable[[int, int], None] | None = None


def clusters_of(ballots: Ballots) -> Ints:
    """The number of its cluster for every prompt."""
    return np.unique([prompt.cluster for prompt in ballots.prompts], return_inverse=True)[1].astype(np.int64)


def ratios(above: Floats, below: Floats, clusters: Ints, how: Bootstrap) -> tuple[Estimate, ...]:
    """Sums of `above` over sums of `below`, column by column, with intervals.

    Both are prompts × columns, `clusters` says each prompt's cluster; give only the prompts that a breakdown keeps. n is the sum below.
    """
    value = _divided(above.sum(axis=0), below.sum(axis=0))
    both = resampled(np.concatenate([above, below], axis=1), clusters, how)
    rounds = _divided(both[:, : above.shape[1]], both[:, above.shape[1] :])
    judged = [len(np.unique(clusters[column > 0])) for column in below.T]
    return tuple(
        estimated(float(value[at]), int(below[:, at].sum()), rounds[:, at], judged[at]) for at in range(len(value))
    )


def resampled(counts: Floats, clusters: Ints, how: Bootstrap) -> Floats:
    """Rounds × columns: what the columns (prompts × columns) sum up to in every round. Clusters in which nothing was counted stay out."""
    rng = np.random.default_rng(how.seed)
    summed = _by_cluster(counts, clusters)
    many = len(summed)
    if many == 0:
        return np.zeros((how.rounds, counts.shape[1]))
    parts = []
    for start in range(0, how.rounds, _AT_ONCE):
        rows = min(_AT_ONCE, how.rounds - start)
        drawn = rng.integers(0, many, size=(rows, many)) + (np.arange(rows) * many)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=rows * many).reshape(rows, many).astype(np.float64)
        parts.append(weights @ summed)
        if how.progress:
            how.progress(start + rows, how.rounds)
    return np.concatenate(parts)


def estimated(value: float, n: int, rounds: Floats, clusters: int) -> Estimate:
    """A number with the interval that its rounds draw (NaN: undefined), or why there is none."""
    if np.isnan(value):
        return Estimate(value=None, n=n, why="nothing was judged" if n == 0 else "undefined here")
    defined = rounds[~np.isnan(rounds)]
    if why := _why_no_interval(defined, len(rounds), clusters):
        return Estimate(value=value, n=n, why=why)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(defined, (tail, 1 - tail))
    return Estimate(value=value, n=n, low=float(low), high=float(high), interval=BOOTSTRAP)


def _why_no_interval(defined: Floats, rounds: int, clusters: int) -> str:
    if clusters < 2:
        return "no interval: one prompt or seed alone cannot be resampled"
    if len(defined) < (1 - _MOST_UNDEFINED) * rounds or not len(defined):
        return f"no interval: undefined in {rounds - len(defined):,} of {rounds:,} resamples"
    if np.ptp(defined) == 0:
        return "no interval: every resample says the same, so nothing shows how sure it is"
    return ""


def _by_cluster(counts: Floats, clusters: Ints) -> Floats:
    names, inverse = np.unique(clusters, return_inverse=True)
    summed = np.zeros((len(names), counts.shape[1]))
    np.add.at(summed, inverse, counts)
    counted: Floats = summed[np.abs(summed).sum(axis=1) > 0]
    return counted


def _divided(above: Floats, below: Floats) -> Floats:
    found: Floats = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
