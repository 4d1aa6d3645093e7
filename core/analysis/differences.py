"""Differences of two sides by resampling seeds, and many of them corrected together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bootstrap_p(rounds: Floats) -> float | None:
    """How likely a difference of 0 or beyond is, both sides counted (Davison and Hinkley 1997, section 4.2); never 0: the data are one round more.

    It agrees with the percentile interval: below 0.05 when that leaves out 0. None if no round is defined, or all are the same.
    """
    defined = rounds[~np.isnan(rounds)]
    if not len(defined) or np.ptp(defined) == 0:
        return None
    below, above = int((defined <= 0).sum()), int((defined >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(defined) + 1))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Corrected for all that there are (Holm 1979); None stays None and counts for nothing."""
    known = [p for p in ps if p is not None]
    if not known:
        return list(ps)
    from statsmodels.stats.multitest import multipletests  # loads scipy, which an idle app does not

    corrected = iter(multipletests(known, method="holm")[1])
    return [None if p is None else float(next(corrected)) for p in ps]
