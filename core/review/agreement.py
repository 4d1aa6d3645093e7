"""Agreement beyond chance, of everybody and of two people. A coefficient that is undefined says why, and is never called 0 or 1."""

from collections.abc import Sequence

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

from core.domain.agreement import Agreement, Split, TwoVerdicts

_ALL_THE_SAME = "everybody said {verdict}, so there is nothing that chance could have split"
_VERDICTS = (("accept", "accept"), ("accept", "reject"), ("reject", "accept"), ("reject", "reject"))


def alpha(splits: Sequence[Split]) -> Agreement:
    """Krippendorff's alpha for nominal data (Computing Krippendorff's Alpha-Reliability, 2011), whoever decided what.

    Items with one verdict say nothing about agreement; n counts the others.
    """
    shared = [one for one in splits if one.accepts + one.rejects > 1 and one.items > 0]
    n = sum(one.items for one in shared)
    if n == 0:
        return Agreement(value=None, n=0, why="no item was decided by two people")
    if why := _why_all_same(sum(one.accepts for one in shared), sum(one.rejects for one in shared)):
        return Agreement(value=None, n=n, why=why)
    counts = np.repeat(np.array([(one.accepts, one.rejects) for one in shared]), [one.items for one in shared], axis=0)
    value = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    return Agreement(value=float(value), n=n)


def kappa(pair: TwoVerdicts) -> Agreement:
    """Cohen's kappa (1960) of two people, on the items that both decided."""
    if pair.n == 0:
        return Agreement(value=None, n=0, why="no item was decided by both")
    accepts = 2 * pair.both_accept + pair.first_accepts + pair.second_accepts
    if why := _why_all_same(accepts, 2 * pair.n - accepts):
        return Agreement(value=None, n=pair.n, why=why.replace("everybody", "both"))
    first, second = zip(*_VERDICTS, strict=True)
    weights = (pair.both_accept, pair.first_accepts, pair.second_accepts, pair.both_reject)
    return Agreement(value=float(cohen_kappa_score(first, second, sample_weight=weights)), n=pair.n)


def _why_all_same(accepts: int, rejects: int) -> str:
    if accepts and rejects:
        return ""
    return _ALL_THE_SAME.replace("{verdict}", "accept" if accepts else "reject")
