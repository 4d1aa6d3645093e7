"""Tallies: votes of every pair by prompt, the one verdict that they come to, and win rates (docs/method.md, section 6).

A vote is one rater's comparison of two texts within one trial: the better place wins, equal places tie.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.analysis.intervals import CONFIDENCE, wilson_bounds
from core.domain.study_numbers import Estimate, Record
from core.studies.ballots import Ballots, Floats, Ints

Mask = npt.NDArray[np.bool_]
WILSON = "Wilson"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Votes:
    """Every comparison of two texts within a trial: `first` and `second` are rows of the ballots, by contestant.

    The contestant of `first` has the lower number. `outcome` is 1 where `first` was better, -1 where `second` was, 0 for a tie.
    Two texts of one contestant (siblings of one operation) make no vote.
    """

    first: Ints
    second: Ints
    outcome: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PairCounts:
    """Votes on one pair, seen by its first contestant: one number for every prompt of the ballots."""

    wins: Ints
    ties: Ints
    losses: Ints

    @property
    def swapped(self) -> "PairCounts":
        return PairCounts(wins=self.losses, ties=self.ties, losses=self.wins)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tally:
    """Votes on all pairs: `wins[p, a, b]` is how often `a` was better than `b` on prompt p; `ties` is symmetric."""

    wins: Ints
    ties: Ints

    def pair(self, a: int, b: int) -> PairCounts:
        return PairCounts(wins=self.wins[:, a, b], ties=self.ties[:, a, b], losses=self.wins[:, b, a])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PlaceSums:
    """Per prompt and contestant: the sum of its places (ranks as they were given, or scores negated) and how many."""

    total: Floats
    n: Ints


def votes(ballots: Ballots) -> Votes:
    """All votes, in the order of the trials."""
    order = np.argsort(ballots.trial, kind="stable")
    trial = ballots.trial[order]
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for apart in range(1, len(trial)):
        same = np.flatnonzero(trial[apart:] == trial[:-apart])
        if not len(same):
            break
        firsts.append(order[same])
        seconds.append(order[same + apart])
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    of_first, of_second = ballots.contestant[first], ballots.contestant[second]
    first, second = np.where(of_first < of_second, first, second), np.where(of_first < of_second, second, first)
    first, second = first[of_first != of_second], second[of_first != of_second]
    outcome = np.sign(ballots.place[second] - ballots.place[first]).astype(np.int64)
    return Votes(first=first, second=second, outcome=outcome)


def tally(ballots: Ballots) -> Tally:
    """Counts of all votes by prompt and pair."""
    return counted(votes(ballots), ballots)


def counted(cast: Votes, ballots: Ballots) -> Tally:
    """Counts of these votes by prompt and pair."""
    prompts, many = len(ballots.prompts), len(ballots.contestants)
    prompt, a, b = ballots.prompt[cast.first], ballots.contestant[cast.first], ballots.contestant[cast.second]
    there, back = (prompt * many + a) * many + b, (prompt * many + b) * many + a

    def counts(cells: Ints) -> Ints:
        return np.bincount(cells, minlength=prompts * many * many).reshape(prompts, many, many).astype(np.int64)

    won, lost, tied = cast.outcome > 0, cast.outcome < 0, cast.outcome == 0
    return Tally(
        wins=counts(np.concatenate([there[won], back[lost]])), ties=counts(np.concatenate([there[tied], back[tied]]))
    )


def pair_counts(ballots: Ballots, a: int, b: int) -> PairCounts:
    """Votes of contestant number `a` against `b`, by prompt. For many pairs ask for one `tally` and its `pair`s."""
    return tally(of_rows(ballots, (ballots.contestant == a) | (ballots.contestant == b))).pair(a, b)


def joined(ballots: Ballots) -> Ballots:
    """The ballots as if each rater had judged all texts of a prompt in one trial: how texts that were scored one by one compare."""
    return replace(ballots, trial=ballots.rater * len(ballots.prompts) + ballots.prompt)


def unmistakable(ballots: Ballots) -> Ballots:
    """Without the texts of a contestant that stood twice in a trial of a prompt (children of one parent by one operation).

    What raters say of such texts cannot be matched: nothing tells which of the two is meant. Everything else stays as it is.
    """
    many = len(ballots.contestants)
    shown, times = np.unique(ballots.trial * many + ballots.contestant, return_counts=True)
    if len(shown) == len(ballots.trial):
        return ballots
    twice = np.isin(ballots.trial * many + ballots.contestant, shown[times > 1])
    unit = ballots.prompt * many + ballots.contestant
    return of_rows(ballots, ~np.isin(unit, unit[twice]))


def of_rows(ballots: Ballots, rows: Mask) -> Ballots:
    """The ballots with these rows only; prompts, raters and contestants keep their numbers."""
    return replace(
        ballots,
        trial=ballots.trial[rows],
        prompt=ballots.prompt[rows],
        rater=ballots.rater[rows],
        contestant=ballots.contestant[rows],
        text=ballots.text[rows],
        position=ballots.position[rows],
        place=ballots.place[rows],
        words=ballots.words[rows],
        both_bad=ballots.both_bad[rows],
    )


def verdicts(counts: PairCounts) -> Floats:
    """One verdict per prompt: the outcome with most votes, 1 win, -1 loss, 0 tie; equal top counts are a tie; NaN without votes.

    The paper has ten raters and one verdict per item and does not say how it gets there (method.md, section 6): this is our reading.
    """
    wins, ties, losses = counts.wins, counts.ties, counts.losses
    said = ((wins > ties) & (wins > losses)).astype(np.float64) - ((losses > ties) & (losses > wins))
    return np.where(wins + ties + losses > 0, said, np.nan)


def verdict_tally(votes_by_pair: Tally) -> Tally:
    """The same table with one vote per prompt and pair: its verdict."""
    wins, ties = votes_by_pair.wins, votes_by_pair.ties
    said = verdicts(PairCounts(wins=wins, ties=ties, losses=wins.swapaxes(1, 2)))
    return Tally(wins=(said == 1).astype(np.int64), ties=(said == 0).astype(np.int64))


def record(said: Floats, mask: Mask | None = None) -> Record:
    """How many prompts were won, tied and lost, of those that the mask keeps; prompts without a verdict do not count."""
    kept = said if mask is None else said[mask]
    return Record(wins=int((kept == 1).sum()), ties=int((kept == 0).sum()), losses=int((kept == -1).sum()))


def all_votes(counts: PairCounts, mask: Mask | None = None) -> Record:
    """All votes, unreduced. They are not independent of each other: their intervals come from resampling prompts."""
    kept = slice(None) if mask is None else mask
    return Record(
        wins=int(counts.wins[kept].sum()), ties=int(counts.ties[kept].sum()), losses=int(counts.losses[kept].sum())
    )


def decisive(outcomes: Record) -> Estimate:
    """Share of wins in what was decided, wins / (wins + losses), with Wilson's interval (1927). For verdicts, which are one per prompt."""
    return _rate(outcomes.wins, outcomes.wins + outcomes.losses, "nothing but ties" if outcomes.n else "no verdict")


def with_ties(outcomes: Record) -> Estimate:
    """(wins + ties / 2) / n with Wilson's interval (1927). For verdicts, which are one per prompt.

    A tie counts as half a success; such an outcome varies less than a coin of the same mean, so the interval is on the wide side.
    """
    return _rate(outcomes.wins + outcomes.ties / 2, outcomes.n, "no verdict")


def _rate(k: float, n: int, why: str) -> Estimate:
    if n == 0:
        return Estimate(value=None, n=0, why=why)
    low, high = wilson_bounds(k, n, CONFIDENCE)
    return Estimate(value=k / n, n=n, low=low, high=high, interval=WILSON)


def place_sums(ballots: Ballots) -> PlaceSums:
    """What mean ranks are made of: total.sum(0) / n.sum(0), or of the prompts that a mask keeps."""
    shape = (len(ballots.prompts), len(ballots.contestants))
    cells = ballots.prompt * shape[1] + ballots.contestant
    size = shape[0] * shape[1]
    total = np.bincount(cells, weights=ballots.place, minlength=size).reshape(shape).astype(np.float64)
    return PlaceSums(total=total, n=np.bincount(cells, minlength=size).reshape(shape).astype(np.int64))
