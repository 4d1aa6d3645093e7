"""Aiming at one cell: how often each operation should be drawn there, by what its tries have come to.

An operation's tries that landed are a Beta posterior on top of a flat prior; those of other skills count too, but together for at
most `BORROWED` tries, so that a skill's own soon outweigh them. Each operation is then drawn as often as it is probably the best one
(Thompson 1933), and none below a floor. Here that probability is worked out by integration, so that chance has no part in it.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np

from core.domain.coverage import BORROWED, Landings
from core.domain.operation import Operation

FLOOR = 0.05  # least share of every operation: none is given up for ever
_STEPS = 4_000
_MOST_EPOCHS = 6


def posterior(one: Landings) -> tuple[float, float]:
    """The two parameters of the Beta posterior of landing."""
    weight = min(1.0, BORROWED / one.tried_elsewhere) if one.tried_elsewhere else 0.0
    landed = one.landed + weight * one.landed_elsewhere
    tried = one.tried + weight * one.tried_elsewhere
    return 1 + landed, 1 + tried - landed


def weights(landings: Sequence[Landings]) -> dict[Operation, float] | None:
    """A share for each of these operations, together 1, none below the floor; None where nothing was ever tried."""
    if not any(one.is_known for one in landings):
        return None
    best = best_shares([posterior(one) for one in landings])
    free = max(0.0, 1 - FLOOR * len(landings))
    return {one.operation: round(FLOOR + free * share, 4) for one, share in zip(landings, best, strict=True)}


def best_shares(posteriors: Sequence[tuple[float, float]]) -> list[float]:
    """How probable it is of each Beta distribution (both parameters at least 1) that a draw of it is the largest."""
    middles = (np.arange(_STEPS) + 0.5) / _STEPS
    logs = [(a - 1) * np.log(middles) + (b - 1) * np.log1p(-middles) for a, b in posteriors]
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
    return min(_MOST_EPOCHS, max(1, ceil((wanted - start) / gain - 1e-9)))
