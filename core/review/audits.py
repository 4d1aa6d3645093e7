"""Precision and recall of a rule against people, from samples that were not drawn alike.

People see nearly every survivor and only a few of the eliminated. So the shares are estimated in each stratum by itself, and
weighed by how many children there are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from core.domain.audit import Estimate

_DRAWS = 4_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratum:
    """So many children, of which `decided` were looked at and `rejected` rejected. `eliminated`: the rule removed them."""

    children: int
    decided: int
    rejected: int
    eliminated: bool


def recall(strata: Sequence[Stratum], seed: int = 0) -> Estimate:
    """Of all that people would reject, the share that the rule eliminates; by draws from the Beta posteriors (Jeffreys).

    A stratum that nobody looked at makes the interval wide. Where nobody decided anything, nothing is known.
    """
    filled = [one for one in strata if one.children]
    if not any(one.decided for one in filled):
        return Estimate(value=None, low=0.0, high=1.0)
    rng = Random(seed)
    shares = sorted(_share(filled, [_draw(rng, one) for one in filled]) for _ in range(_DRAWS))
    told = [one.rejected / one.decided if one.decided else 0.5 for one in filled]
    point = _share(filled, told) if any(told) else None
    return Estimate(value=point, low=shares[round(0.025 * _DRAWS)], high=shares[round(0.975 * _DRAWS) - 1])


def _draw(rng: Random, one: Stratum) -> float:
    return rng.betavariate(0.5 + one.rejected, 0.5 + one.decided - one.rejected)


def _share(strata: Sequence[Stratum], rejected: Sequence[float]) -> float:
    every = sum(one.children * share for one, share in zip(strata, rejected, strict=True))
    caught = sum(one.children * share for one, share in zip(strata, rejected, strict=True) if one.eliminated)
    return caught / every if every else 0.0
