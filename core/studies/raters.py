"""Raters one by one: what sways them, how far they repeat themselves, and whether they look at what they judge."""

from collections.abc import Sequence

import numpy as np

from core.analysis.intervals import wilson
from core.domain.overview import Share
from core.domain.study_numbers import Estimate, SelfAgreement
from core.studies.ballots import Ballots, Floats, Ints
from core.studies.bootstrap import Bootstrap, ratios
from core.studies.rater_agreement import kappa
from core.studies.tally import Mask, Votes, unmistakable, votes

_MOST_SCORE_ALONE = 2  # for a text that answers another prompt, judged alone on 1 to 5


def position_bias(ballots: Ballots, clusters: Ints, how: Bootstrap) -> tuple[Estimate, ...]:
    """For every rater: of the votes that decided, the share that went to the text further left; 0.5 is no bias.

    Orders are balanced, so quality pulls to neither side (Zheng et al. 2023, section 3.3, for model judges). Intervals resample clusters.
    """
    cast = votes(ballots)
    return _swayed(ballots, cast, ballots.position[cast.second] - ballots.position[cast.first], clusters, how)


def length_bias(ballots: Ballots, clusters: Ints, how: Bootstrap) -> tuple[Estimate, ...]:
    """For every rater: of the votes that decided between texts of unequal length, the share that went to the longer one.

    Longer texts may be better: compare raters with each other, or see `covariates.adjusted`.
    """
    cast = votes(ballots)
    return _swayed(ballots, cast, ballots.words[cast.first] - ballots.words[cast.second], clusters, how)


def self_agreement(first: Ballots, again: Ballots, clusters: Ints, how: Bootstrap) -> tuple[SelfAgreement, ...]:
    """For every rater: the same pairs on the same prompts, the first time and when they came again.

    Both have the same prompts, raters and contestants. Intervals resample clusters; kappa is Cohen's (1960) of the two times.
    Only what is `unmistakable` can be matched.
    """
    before, key = _said(unmistakable(first))
    after, key_again = _said(unmistakable(again))
    both, at, at_again = np.intersect1d(key, key_again, return_indices=True)  # of a key that comes twice, the first
    before, after = before[at], after[at_again]
    rater, prompt = np.divmod(both // len(first.contestants) ** 2, len(first.prompts))
    same = before == after
    shares = _by_rater(first, rater, prompt, same, np.ones_like(same), clusters, how)
    return tuple(
        SelfAgreement(
            rater=person.id, same=shares[number], kappa=kappa(before[rater == number] + 1, after[rater == number] + 1)
        )
        for number, person in enumerate(first.raters)
    )


def passes(places: Sequence[float], foreign: int) -> bool:
    """Whether an attention trial was passed: the text of another prompt stands above none, and below at least one.

    `places`: lower is better, a score negated; `foreign` is the position of that text. Alone, a score of 2 or less passes.
    """
    others = [place for position, place in enumerate(places) if position != foreign]
    if not others:
        return -places[foreign] <= _MOST_SCORE_ALONE
    return max(others) <= places[foreign] and min(others) < places[foreign]


def attention(rater: Ints, passed: Mask, raters: int) -> tuple[Share, ...]:
    """For every rater: attention trials passed of those judged, with Wilson's interval (1927)."""
    given = np.bincount(rater, minlength=raters)
    good = np.bincount(rater[passed], minlength=raters)
    return tuple(wilson(int(good[at]), int(given[at])) for at in range(raters))


def _swayed(ballots: Ballots, cast: Votes, pull: Ints, clusters: Ints, how: Bootstrap) -> tuple[Estimate, ...]:
    """Of votes that decided where `pull` is not 0, the share that went its way (positive: towards the first)."""
    counts = (cast.outcome != 0) & (pull != 0)
    rows = cast.first[counts]
    followed = cast.outcome[counts] == np.sign(pull[counts])
    return _by_rater(
        ballots, ballots.rater[rows], ballots.prompt[rows], followed, np.ones_like(followed), clusters, how
    )


def _by_rater(
    ballots: Ballots, rater: Ints, prompt: Ints, above: Mask, below: Mask, clusters: Ints, how: Bootstrap
) -> tuple[Estimate, ...]:
    shape = (len(ballots.prompts), len(ballots.raters))
    cells = prompt * shape[1] + rater

    def summed(which: Mask) -> Floats:
        counts = np.bincount(cells[which], minlength=shape[0] * shape[1])
        return counts.reshape(shape).astype(np.float64)

    return ratios(summed(above), summed(below), clusters, how)


def _said(ballots: Ballots) -> tuple[Ints, Ints]:
    """Outcomes of votes, and for each a key of rater, prompt and pair."""
    cast, many = votes(ballots), len(ballots.contestants)
    pair = ballots.contestant[cast.first] * many + ballots.contestant[cast.second]
    rater_prompt = ballots.rater[cast.first] * len(ballots.prompts) + ballots.prompt[cast.first]
    return cast.outcome, rater_prompt * many**2 + pair
