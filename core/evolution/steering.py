"""Thompson sampling over operations: the more often people accept what one makes, the more often it is drawn.

Thompson (1933): draw an operation as often as it is probably the best one. That probability is estimated by draws from the Beta
posteriors, from the run's own seed of chance: the same decisions give the same weights, whichever reply came first.
"""

from collections.abc import Mapping
from random import Random

from core.domain.operation import Operation
from core.domain.steering import Steering, SteerMode, Tally

FLOOR = 0.05  # least share of every operation that the run draws at all, so that none is given up for ever
_DRAWS = 500  # 4 ms; a share is right to about 2 %


def weights_of(steering: Steering, usual: Mapping[Operation, float], rng_seed: int) -> dict[Operation, float] | None:
    """The weights of the next draw; None for those of the run's settings."""
    match steering.mode:
        case SteerMode.OFF:
            return None
        case SteerMode.FROZEN:
            return dict(steering.weights)
        case SteerMode.FOLLOW:
            return followed(steering.tallies, usual, rng_seed)


def followed(
    tallies: Mapping[Operation, Tally], usual: Mapping[Operation, float], rng_seed: int
) -> dict[Operation, float]:
    """A share for each operation whose usual weight is above 0, together 1, none below the floor; 0 for the others."""
    drawn = [operation for operation in Operation if usual.get(operation, 0.0) > 0]
    counts = [tallies.get(operation, Tally()) for operation in drawn]
    rng = Random(f"{rng_seed}:steering:" + ",".join(f"{one.accepted}/{one.rejected}" for one in counts))
    best = [0] * len(drawn)
    for _ in range(_DRAWS):
        draws = [rng.betavariate(1 + one.accepted, 1 + one.rejected) for one in counts]
        best[draws.index(max(draws))] += 1
    free = max(0.0, 1 - FLOOR * len(drawn))
    shares = {operation: round(FLOOR + free * n / _DRAWS, 4) for operation, n in zip(drawn, best, strict=True)}
    return {operation: shares.get(operation, 0.0) for operation in Operation}
