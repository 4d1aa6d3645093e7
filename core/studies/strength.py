"""Strengths: the Bradley–Terry model, where the odds that a beats b are exp(strength a − strength b).

Bradley and Terry 1952; fitted by evalica (Ustalov 2025; Newman 2023). A tie is half a win for each. Strengths are in log-odds, centred: their mean is 0.
"""

import numpy as np

from core.domain.study_numbers import Estimate
from core.studies.ballots import Floats, Ints
from core.studies.bootstrap import Bootstrap, estimated, resampled
from core.studies.tally import Mask, Tally

NEVER_MET = "was compared with no other"
ONE_SIDED = "won or lost every comparison with the others, so no finite strength fits"
_TOLERANCE, _MOST_STEPS = 1e-9, 20_000
_TELL_EVERY = 50  # rounds


def strengths(table: Tally, clusters: Ints, how: Bootstrap, mask: Mask | None = None) -> tuple[Estimate, ...]:
    """One strength per contestant, with intervals from resampled clusters; `table` holds votes, or verdicts (`verdict_tally`).

    Who never lost, or never won, against the rest has no finite strength (Ford 1957): None, and the others are fitted among themselves.
    n is how many comparisons a contestant was in.
    """
    wins, ties = (table.wins, table.ties) if mask is None else (table.wins[mask], table.ties[mask])
    kept = clusters if mask is None else clusters[mask]
    many = wins.shape[1]
    shares = (wins + ties / 2).reshape(len(wins), many * many)
    total = shares.sum(axis=0).reshape(many, many)
    value = fitted(total)
    drawn = resampled(shares, kept, Bootstrap(rounds=how.rounds, seed=how.seed))
    rounds = np.full((how.rounds, many), np.nan)
    for number, row in enumerate(drawn):
        rounds[number] = _as(~np.isnan(value), fitted(row.reshape(many, many)))
        if how.progress and ((number + 1) % _TELL_EVERY == 0 or number + 1 == how.rounds):
            how.progress(number + 1, how.rounds)
    met = (total + total.T).sum(axis=1)
    return tuple(
        Estimate(value=None, n=int(met[at]), why=ONE_SIDED if met[at] else NEVER_MET)
        if np.isnan(value[at])
        else estimated(float(value[at]), int(met[at]), rounds[:, at], len(np.unique(kept)))
        for at in range(many)
    )


def fitted(shares: Floats) -> Floats:
    """Strengths from `shares[a, b]`, wins of a over b with ties as halves; NaN for who stands outside the largest group.

    A group: everybody in it has beaten (or tied with) everybody, directly or in steps. Only within one is the fit finite and unique.
    """
    from evalica import Winner, bradley_terry

    group = largest_group(shares)
    found = np.full(len(shares), np.nan)
    if len(group) < 2:
        return found
    cells = [(a, b) for a in group for b in group if a != b and shares[a, b] > 0]
    result = bradley_terry(
        [a for a, _ in cells],
        [b for _, b in cells],
        [Winner.X] * len(cells),
        weights=[float(shares[cell]) for cell in cells],
        tolerance=_TOLERANCE,
        limit=_MOST_STEPS,
    )
    found[group] = np.log(result.scores.loc[group].to_numpy(dtype=np.float64))
    found -= np.nanmean(found)
    return found


def largest_group(shares: Floats) -> list[int]:
    """Who is tied together by wins in both directions. Of two groups of one size the first counts."""
    if (shares + np.eye(len(shares)) > 0).all():  # as nearly always: everybody has beaten everybody
        return list(range(len(shares)))
    from scipy.sparse.csgraph import connected_components

    labels = connected_components(shares > 0, directed=True, connection="strong")[1]
    largest = int(np.argmax(np.bincount(labels)))
    return [int(at) for at in np.flatnonzero(labels == largest)]


def _as(among: Mask, found: Floats) -> Floats:
    """A round compares with the estimate only if the same contestants could be fitted: the centre would be another."""
    return found if np.array_equal(~np.isnan(found), among) else np.full(len(found), np.nan)
