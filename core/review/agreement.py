"""Agreement beyond chance, of everybody and of two people. A coefficient that is undefined says why, and is never called 0 or 1."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import krippendorff
import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from core.domain.agreement import Agreement, Scored, Split, TwoVerdicts

Counted = npt.NDArray[np.int64]
_GRADES = np.arange(1, 11)
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


def alpha_of_scores(scores: Sequence[Scored]) -> Agreement:
    """Krippendorff's alpha for ordinal data: 7 beside 8 is less of a disagreement than 2 beside 8.

    Texts with one score say nothing about agreement; n counts the others.
    """
    counts = _counted(scores)
    shared = counts[counts.sum(axis=1) > 1]
    if not len(shared):
        return Agreement(value=None, n=0, why="no text was scored by two people")
    said = np.flatnonzero(shared.sum(axis=0))
    if len(said) < 2:
        return Agreement(value=None, n=len(shared), why=_ALL_THE_SAME.replace("{verdict}", str(said[0] + 1)))
    value = krippendorff.alpha(value_counts=shared, value_domain=_GRADES, level_of_measurement="ordinal")
    return Agreement(value=float(value), n=len(shared))


def _counted(scores: Sequence[Scored]) -> Counted:
    """Texts × grades: how many people said it."""
    place = {text: at for at, text in enumerate(dict.fromkeys(one.text for one in scores))}
    table = np.zeros((len(place), len(_GRADES)), np.int64)
    for one in scores:
        table[place[one.text], int(one.score) - 1] += 1
    return table


def of_two(scores: Sequence[Scored]) -> Mapping[tuple[str, str], Sequence[Scored]]:
    """By every two people, in the order of their ids: what they said of the texts that both scored."""
    by_text: dict[str, list[Scored]] = {}
    for one in scores:
        by_text.setdefault(one.text, []).append(one)
    found: dict[tuple[str, str], list[Scored]] = {}
    for said in by_text.values():
        for one, other in combinations(sorted(said, key=lambda one: one.person), 2):
            found.setdefault((one.person, other.person), []).extend((one, other))
    return dict(sorted(found.items()))


def near(two: Sequence[Scored]) -> tuple[int, int]:
    """Of what two people said of the same texts, text by text: on how many they are at most one apart, of how many."""
    apart = [abs(one.score - other.score) for one, other in zip(two[::2], two[1::2], strict=True)]
    return sum(one <= 1 for one in apart), len(apart)


def _why_all_same(accepts: int, rejects: int) -> str:
    if accepts and rejects:
        return ""
    return _ALL_THE_SAME.replace("{verdict}", "accept" if accepts else "reject")
