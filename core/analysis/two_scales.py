"""How far people and a model agree on one scale from 1 to 10: by how much they differ, in which order they put texts, where they coincide."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from core.analysis.intervals import CONFIDENCE, mean
from core.domain.overview import Mean
from core.domain.study_numbers import Estimate
from core.domain.survival import Scored, TwoScales

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_LEAST = 4  # texts: an interval of a correlation needs more than three
_LEAST_SEEDS = 5
_ROUNDS = 1_000


def two_scales(pairs: Sequence[Scored]) -> TwoScales:
    """Of texts that both scored."""
    people, judge = [one.people for one in pairs], [one.judge for one in pairs]
    return TwoScales(
        more=_more(people, judge),
        spearman=spearman(people, judge),
        kappa=weighted_kappa(people, judge, [one.seed_id for one in pairs]),
    )


def _more(people: Sequence[float], judge: Sequence[float]) -> Mean:
    moved = np.array(people) - np.array(judge)
    deviation = float(moved.std(ddof=1)) if len(moved) > 1 else None
    return mean(len(moved), float(moved.mean()) if len(moved) else None, deviation)


def spearman(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """Spearman's rank correlation, ties at their mean rank, with the interval of Bonett and Wright (2000)."""
    n = len(first)
    if why := _why_undefined(first, second):
        return Estimate(value=None, n=n, why=why)
    from scipy.stats import spearmanr  # an idle app does not load scipy

    value = float(spearmanr(first, second).statistic)
    if n < _LEAST or abs(value) > 1 - 1e-12:
        return Estimate(value=value, n=n, why="too few texts for an interval" if n < _LEAST else "all in one order")
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt((1 + value**2 / 2) / (n - 3))
    z = math.atanh(value)
    return Estimate(value=value, n=n, low=math.tanh(z - half), high=math.tanh(z + half), interval="Bonett and Wright")


def weighted_kappa(first: Sequence[float], second: Sequence[float], seeds: Sequence[str]) -> Estimate:
    """Cohen's weighted kappa (1968) of whole grades, halves rounded up; a difference counts by its square.

    With these weights kappa follows from means, variances and the covariance alone (Fleiss and Cohen 1973), so its interval
    is resampled by seed: texts that grew from one seed are drawn together.
    """
    n = len(first)
    x, y = (np.clip(np.floor(np.array(scores) + 0.5), 1, 10) for scores in (first, second))
    if why := _why_undefined(x.tolist(), y.tolist()):
        return Estimate(value=None, n=n, why=why)
    names, seed = np.unique(np.array(seeds), return_inverse=True)
    moments = np.stack([np.bincount(seed, weights=one) for one in (np.ones(n), x, y, x * x, y * y, x * y)], axis=1)
    value = float(_kappa(moments.sum(axis=0)[None])[0])
    if len(names) < _LEAST_SEEDS:
        return Estimate(value=value, n=n, why=f"fewer than {_LEAST_SEEDS} seeds: too few to resample")
    drawn = np.random.default_rng(n).multinomial(len(names), np.full(len(names), 1 / len(names)), size=_ROUNDS)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.nanpercentile(_kappa(drawn.astype(np.float64) @ moments), [tail, 100 - tail])
    return Estimate(value=value, n=n, low=float(low), high=float(high), interval="bootstrap by seed")


def _kappa(sums: Floats) -> Floats:
    """Of rows with n and the sums of x, y, x², y² and xy; nan where all are one grade."""
    n, x, y, xx, yy, xy = sums.T
    apart = xx / n - (x / n) ** 2 + yy / n - (y / n) ** 2 + (x / n - y / n) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart > 1e-12, 2 * (xy / n - x * y / n**2) / apart, np.nan)


def _why_undefined(first: Sequence[float], second: Sequence[float]) -> str:
    if len(first) < _LEAST - 1:
        return "fewer than three texts were scored by both"
    if len(set(first)) == 1 or len(set(second)) == 1:
        return "one side gave every text the same score"
    return ""
