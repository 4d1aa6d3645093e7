"""Agreement of raters beyond chance. What is undefined says why, and is never called 0 or 1."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from core.domain.agreement import Agreement
from core.domain.study_numbers import FleissKappa, TwoRaters
from core.studies.ballots import Ballots, Floats, Ints
from core.studies.tally import unmistakable, votes

_NO_TWO = "nothing was judged by two raters"
_ALL_THE_SAME = "all said the same of everything, so there is nothing that chance could have split"


class Level(StrEnum):
    """How values differ: as names only, or by how many lie between them."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ratings:
    """Who said what of which unit: rows in parallel. `value` numbers the ordered `values`. A rater says one thing of a unit."""

    raters: tuple[str, ...]
    unit: Ints
    rater: Ints
    value: Ints
    values: Floats


def on_pairs(ballots: Ballots) -> Ratings:
    """Units are pairs of contestants on a prompt; what is said is win, tie or loss. Only what is `unmistakable` can be matched."""
    ballots = unmistakable(ballots)
    cast, many = votes(ballots), len(ballots.contestants)
    unit = (ballots.prompt[cast.first] * many + ballots.contestant[cast.first]) * many + ballots.contestant[cast.second]
    return rated(ballots, unit, ballots.rater[cast.first], cast.outcome.astype(np.float64))


def on_places(ballots: Ballots) -> Ratings:
    """Units are contestants on a prompt; what is said is the rank (or score) itself. Only what is `unmistakable` can be matched."""
    ballots = unmistakable(ballots)
    return rated(ballots, ballots.prompt * len(ballots.contestants) + ballots.contestant, ballots.rater, ballots.place)


def rated(ballots: Ballots, unit: Ints, rater: Ints, said: Floats) -> Ratings:
    """Of a rater who met a unit in two sets of responses the first word counts: nobody agrees with themselves here."""
    if not len(unit):
        none = np.empty(0, np.int64)
        return Ratings(raters=_ids(ballots), unit=none, rater=none, value=none, values=np.empty(0))
    number = np.unique(unit, return_inverse=True)[1]
    first = np.unique(number * len(ballots.raters) + rater, return_index=True)[1]
    values, value = np.unique(said[first], return_inverse=True)
    return Ratings(raters=_ids(ballots), unit=number[first], rater=rater[first], value=value, values=values)


def fleiss(ratings: Ratings) -> FleissKappa:
    """Fleiss' kappa (1971), by statsmodels, on the units with the number of raters that most units have (two at least)."""
    counts = _counts(ratings)
    per_unit = counts.sum(axis=1)
    shared = per_unit[per_unit > 1]
    if not len(shared):
        return FleissKappa(agreement=Agreement(value=None, n=0, why=_NO_TWO), raters=0, left_out=len(counts))
    raters = int(np.argmax(np.bincount(shared)))
    table = counts[per_unit == raters]
    agreement = Agreement(value=None, n=len(table), why=_ALL_THE_SAME)
    if _differ(table):
        from statsmodels.stats.inter_rater import fleiss_kappa

        agreement = Agreement(value=float(fleiss_kappa(table, method="fleiss")), n=len(table))
    return FleissKappa(agreement=agreement, raters=raters, left_out=len(counts) - len(table))


def alpha(ratings: Ratings, level: Level) -> Agreement:
    """Krippendorff's alpha (Computing Krippendorff's Alpha-Reliability, 2011); units may have any number of raters.

    n counts the units with two or more: one word alone says nothing about agreement.
    """
    counts = _counts(ratings)
    table = counts[counts.sum(axis=1) > 1]
    if not len(table):
        return Agreement(value=None, n=0, why=_NO_TWO)
    if not _differ(table):
        return Agreement(value=None, n=len(table), why=_ALL_THE_SAME)
    import krippendorff

    value = krippendorff.alpha(value_counts=table, value_domain=ratings.values, level_of_measurement=level.value)
    return Agreement(value=float(value), n=len(table))


def cohen(ratings: Ratings) -> tuple[TwoRaters, ...]:
    """Cohen's kappa (1960) of every two raters who judged some unit both, on what they both judged."""
    order = np.argsort(ratings.unit, kind="stable")
    spoken = {int(one): order[ratings.rater[order] == one] for one in np.unique(ratings.rater)}
    found = []
    for one, other in combinations(sorted(spoken), 2):
        units, mine, theirs = np.intersect1d(
            ratings.unit[spoken[one]], ratings.unit[spoken[other]], assume_unique=True, return_indices=True
        )
        if len(units):
            agreement = kappa(ratings.value[spoken[one][mine]], ratings.value[spoken[other][theirs]])
            found.append(TwoRaters(first=ratings.raters[one], second=ratings.raters[other], agreement=agreement))
    return tuple(found)


def kappa(first: Ints, second: Ints) -> Agreement:
    """Cohen's kappa (1960), by scikit-learn, of two who judged the same units: category numbers from 0 in parallel."""
    if not len(first):
        return Agreement(value=None, n=0, why="nothing was judged by both")
    if len(np.union1d(first, second)) < 2:
        return Agreement(value=None, n=len(first), why=_ALL_THE_SAME.replace("all", "both", 1))
    from sklearn.metrics import cohen_kappa_score

    size = int(max(first.max(), second.max())) + 1
    table = np.bincount(first * size + second, minlength=size * size)  # the library is slow on many single items
    rows, columns = np.divmod(np.arange(size * size), size)
    return Agreement(value=float(cohen_kappa_score(rows, columns, sample_weight=table)), n=len(first))


def _counts(ratings: Ratings) -> Ints:
    """Units × values: how many raters said it."""
    many, units = len(ratings.values), int(ratings.unit.max()) + 1 if len(ratings.unit) else 0
    counts = np.bincount(ratings.unit * many + ratings.value, minlength=units * many).reshape(units, many)
    return counts.astype(np.int64)


def _differ(table: Ints) -> bool:
    return int((table.sum(axis=0) > 0).sum()) > 1


def _ids(ballots: Ballots) -> tuple[str, ...]:
    return tuple(rater.id for rater in ballots.raters)
