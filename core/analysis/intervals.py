"""Intervals for shares, means and their differences. All are two-sided; items count as independent of each other."""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

from core.domain.overview import Difference, Mean, Share

CONFIDENCE = 0.95
_LEAST = 3


def wilson(k: int, n: int, confidence: float = CONFIDENCE) -> Share:
    """A share with its score interval (Wilson 1927; method 3 of Newcombe 1998). It holds near 0 and 1 and for small n.

    Of nothing (n = 0) nothing is known: the interval is 0 to 1.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return Share(k=0, n=0, low=0.0, high=1.0)
    low, high = wilson_bounds(k, n, confidence)
    return Share(k=k, n=n, low=low, high=high)


def wilson_bounds(k: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The ends of Wilson's interval for k of n, n > 0; k may hold halves (a tie is half a win), both any part (less evidence)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return 0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half)


def share_difference(first: Share, second: Share) -> Difference | None:
    """`second` minus `first`, with the interval made of both Wilson intervals (method 10 of Newcombe 1998)."""
    if first.value is None or second.value is None:
        return None
    moved = second.value - first.value
    return Difference(
        value=moved,
        low=moved - math.hypot(second.value - second.low, first.high - first.value),
        high=moved + math.hypot(second.high - second.value, first.value - first.low),
    )


def mean(n: int, value: float | None, deviation: float | None) -> Mean:
    """A mean with its t interval; `deviation` is the sample's. Of one or two values it would say nothing: no interval."""
    if value is None or deviation is None or n < _LEAST:
        return Mean(n=n, value=value, deviation=deviation, low=None, high=None)
    half = t_quantile((1 + CONFIDENCE) / 2, n - 1) * deviation / math.sqrt(n)
    return Mean(n=n, value=value, deviation=deviation, low=value - half, high=value + half)


def mean_difference(first: Mean, second: Mean) -> Difference | None:
    """`second` minus `first`, with Welch's interval (1947). None if one of them has no value or no deviation."""
    if first.value is None or second.value is None or first.deviation is None or second.deviation is None:
        return None
    if min(first.n, second.n) < _LEAST:
        return None
    moved = second.value - first.value
    a, b = first.deviation**2 / first.n, second.deviation**2 / second.n
    if a + b == 0:
        return Difference(value=moved, low=moved, high=moved)
    freedom = (a + b) ** 2 / (a * a / (first.n - 1) + b * b / (second.n - 1))
    half = t_quantile((1 + CONFIDENCE) / 2, freedom) * math.sqrt(a + b)
    return Difference(value=moved, low=moved - half, high=moved + half)


@lru_cache(maxsize=1024)
def t_quantile(p: float, freedom: float) -> float:
    """Student's t: the value below which a share `p` (above one half) lies. By bisection of the integrated density."""
    if freedom > 1e6:
        return NormalDist().inv_cdf(p)
    norm = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(angle: float) -> float:
        """The share between 0 and tan(angle) · √freedom: with that substitution the range is finite."""
        return norm * math.sqrt(freedom) * _simpson(lambda x: math.cos(x) ** (freedom - 1), angle)

    low, high = 0.0, math.pi / 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < p - 0.5 else (low, middle)
    return math.tan(low) * math.sqrt(freedom)


def _simpson(density: Callable[[float], float], end: float, parts: int = 400) -> float:
    step = end / parts
    inner = sum((4 if number % 2 else 2) * density(number * step) for number in range(1, parts))
    return (density(0.0) + inner + density(end)) * step / 3
