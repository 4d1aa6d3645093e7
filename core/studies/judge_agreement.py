"""A model judge: its two orders made one verdict, and that verdict beside people's (docs/method.md, section 7)."""

from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import wilson
from core.domain.overview import Share
from core.domain.study_numbers import JudgeAgreement
from core.studies.ballots import Ballots, Floats, Ints
from core.studies.rater_agreement import kappa
from core.studies.tally import Mask, Tally, Votes, counted, votes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BothOrders:
    """One vote for every two texts. `flips`: how often the two orders said different things, of what was judged in both.

    `one_order` pairs were judged in one order only (the other failed or could not be read): they are counted here and nowhere else.
    """

    tally: Tally
    flips: Share
    one_order: int


def both_orders(ballots: Ballots) -> BothOrders:
    """What one model judge said of each two texts in both orders: the same twice counts, anything else is a tie (Zheng et al. 2023, 3.4)."""
    cast, many = votes(ballots), int(ballots.text.max(initial=0)) + 1
    key = ballots.text[cast.first] * many + ballots.text[cast.second]
    forward = ballots.position[cast.first] < ballots.position[cast.second]
    there, back = _first_of_each(key, forward), _first_of_each(key, ~forward)
    both, at, at_back = np.intersect1d(key[there], key[back], assume_unique=True, return_indices=True)
    one, other = there[at], back[at_back]
    agreed = cast.outcome[one] == cast.outcome[other]
    said = Votes(
        first=cast.first[one], second=cast.second[one], outcome=np.where(agreed, cast.outcome[one], np.int64(0))
    )
    return BothOrders(
        tally=counted(said, ballots),
        flips=wilson(int((~agreed).sum()), len(both)),
        one_order=len(there) + len(back) - 2 * len(both),
    )


def against(judge: Floats, people: Floats) -> JudgeAgreement:
    """The judge's verdicts beside people's: 1, 0, -1 or NaN in parallel; only what both have a verdict on counts."""
    shared = ~np.isnan(judge) & ~np.isnan(people)
    theirs, its = _numbered(people[shared]), _numbered(judge[shared])
    table = np.bincount(theirs * 3 + its, minlength=9).reshape(3, 3)
    return JudgeAgreement(
        kappa=kappa(theirs, its),
        same=wilson(int(np.trace(table)), len(its)),
        confusion=tuple(tuple(int(one) for one in row) for row in table),
    )


def _first_of_each(key: Ints, among: Mask) -> Ints:
    rows = np.flatnonzero(among)
    found: Ints = rows[np.unique(key[rows], return_index=True)[1]]
    return found


def _numbered(verdicts: Floats) -> Ints:
    """Win 0, tie 1, loss 2."""
    return (1 - verdicts).astype(np.int64)
