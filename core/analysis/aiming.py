"""Aiming at one cell: how often each operation should be drawn there, by what its tries have come to.

What an operation's tries came to is a Beta posterior. Before them stands the rate of all operations together, worth two tries, so that
one that was never tried is expected to do as the others do. Tries of other skills count too, but together for at most `BORROWED`, so
that a skill's own soon outweigh them. Each operation is then drawn as often as it is probably the best one (Thompson 1933), none below
a floor. That probability is worked out by integration here, so that chance has no part in it.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np

from core.domain.coverage import BORROWED, Landings
from core.domain.operation import Operation

FLOOR = 0.05  # least share of every operation: none is given up for ever
MOST_EPOCHS = 6
_PRIOR = 2.0  # tries that the rate of all operations together is worth
_STEPS, _REACH = 20_000, 40.0  # of the integral, over the logarithm of the odds from minus to plus this


def counted(one: Landings) -> tuple[float, float]:
    """What landed, and what was tried, with as much of the other skills' as counts."""
    weight = min(1.0, BORROWED / one.tried_elsewhere) if one.tried_elsewhere else 0.0
    return one.landed + weight * one.landed_elsewhere, one.tried + weight * one.tried_elsewhere


def posteriors(landings: Sequence[Landings]) -> list[tuple[float, float]]:
    """For each operation the two parameters of the Beta posterior of landing."""
    counts = [counted(one) for one in landings]
    rate = (1 + sum(landed for landed, _ in counts)) / (2 + sum(tried for _, tried in counts))
    return [(_PRIOR * rate + landed, _PRIOR * (1 - rate) + tried - landed) for landed, tried in counts]


def weights(landings: Sequence[Landings]) -> dict[Operation, float] | None:
    """A share for each of these operations, together 1, none below the floor; None where nothing was ever tried."""
    if not any(one.is_known for one in landings):
        return None
    best = best_shares(posteriors(landings))
    free = max(0.0, 1 - FLOOR * len(landings))
    return {one.operation: round(FLOOR + free * share, 4) for one, share in zip(landings, best, strict=True)}


def best_shares(posteriors: Sequence[tuple[float, float]]) -> list[float]:
    """How probable it is of each Beta distribution that a draw of it is the largest."""
    odds = np.linspace(-_REACH, _REACH, _STEPS)
    # Over the logarithm of the odds the density is x^a (1-x)^b: smooth, however small a and b are.
    logs = [-a * np.logaddexp(0, -odds) - b * np.logaddexp(0, odds) for a, b in posteriors]
    mass = np.array([np.exp(one - one.max()) for one in logs])
    mass /= mass.sum(axis=1, keepdims=True)
    below = np.cumsum(mass, axis=1) - mass / 2  # half of its own step counts as below
    shares = [float((mass[at] * np.delete(below, at, axis=0).prod(axis=0)).sum()) for at in range(len(posteriors))]
    total = sum(shares)
    return [share / total for share in shares]


def epochs(start: float | None, wanted: float, gain: float | None) -> int | None:
    """How many epochs it takes from a mean difficulty to another one; None where that cannot be said."""
    if start is None or gain is None or gain <= 0:
        return None
    return min(MOST_EPOCHS, max(1, ceil((wanted - start) / gain - 1e-9)))
