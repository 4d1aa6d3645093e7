"""Strengths with what else sways raters held equal: the length of a text, and where it stood.

A Bradley–Terry model as a logistic regression (Agresti, Categorical Data Analysis, 2013, section 11.6): the log-odds that the first of two
texts wins are strength − strength + length × ln(ratio of their words) + position × (places that it stands further left). A tie is half a
win; errors are robust and clustered by prompt or seed (Liang and Zeger 1986; fractional outcomes: Papke and Wooldridge 1996).
"""

import warnings
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.analysis.intervals import CONFIDENCE
from core.domain.study_numbers import Adjusted, Estimate
from core.studies.ballots import Ballots, Floats, Ints
from core.studies.strength import fitted
from core.studies.tally import Mask, Votes, votes

CLUSTERED = "clustered robust error"
_TOO_LARGE = 15.0  # log-odds; where a fit has no end it is stopped far beyond
_COVARIATES = ("length", "position")
_NO_CONTRAST = {
    "length": "the length of the texts cannot be told apart from who they are by",
    "position": "the position of the texts cannot be told apart from who they are by",
}
_ONE_SIDED = "somebody met no other, or won or lost every comparison, so no finite strengths fit"
_NO_END = "length or position alone tells who wins, so no finite strengths fit"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Cells:
    """Votes that the model cannot tell apart, as one row: the design, the share of wins, how many votes, their cluster."""

    design: Floats
    share: Floats
    n: Floats
    cluster: Ints


def adjusted(ballots: Ballots, clusters: Ints) -> Adjusted:
    """Strengths at equal length and position, and what length and position add; `clusters`: one number per prompt.

    `length` is what a text gains for being e times (2.7 times) as long as the other; times ln 2 for twice as long. `position` is what it
    gains for each place that it stands further left. What the votes cannot tell is None, and says why.
    """
    cast, many = votes(ballots), len(ballots.contestants)
    met = np.bincount(ballots.contestant[np.concatenate([cast.first, cast.second])], minlength=many)
    cells = _cells(ballots, cast, clusters)
    kept = _told_apart(cells.design, many)
    if why := _why_not(ballots, cast, cells, int(kept.sum())):
        return _undefined(met, len(cast.first), why)
    found = _fit(cells, kept)
    if found is None:
        return _undefined(met, len(cast.first), _NO_END)
    values, errors = found
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * errors

    def estimate(at: int, n: int) -> Estimate:
        value = float(values[at])
        return Estimate(value=value, n=n, low=value - float(half[at]), high=value + float(half[at]), interval=CLUSTERED)

    length, position = (
        estimate(many + at, len(cast.first))
        if kept[many + at]
        else Estimate(value=None, n=len(cast.first), why=_NO_CONTRAST[name])
        for at, name in enumerate(_COVARIATES)
    )
    return Adjusted(strengths=tuple(estimate(at, int(met[at])) for at in range(many)), length=length, position=position)


def _cells(ballots: Ballots, cast: Votes, clusters: Ints) -> _Cells:
    many = len(ballots.contestants)
    a, b, prompt = ballots.contestant[cast.first], ballots.contestant[cast.second], ballots.prompt[cast.first]
    longer = np.log((ballots.words[cast.first] + 1) / (ballots.words[cast.second] + 1))
    further_left = ballots.position[cast.second] - ballots.position[cast.first]
    length = np.unique(longer, return_inverse=True)[1]
    places, place = np.unique(further_left, return_inverse=True)
    key = ((length * len(ballots.prompts) + prompt) * many * many + a * many + b) * max(1, len(places)) + place
    _, row, cell = np.unique(key, return_index=True, return_inverse=True)
    n = np.bincount(cell, minlength=len(row)).astype(np.float64)
    won = np.bincount(cell, weights=(cast.outcome + 1) / 2, minlength=len(row))
    design = np.zeros((len(row), many + len(_COVARIATES)))
    at = np.arange(len(row))
    design[at, a[row]], design[at, b[row]] = 1.0, -1.0
    design[:, many], design[:, many + 1] = longer[row], further_left[row]
    return _Cells(design=design, share=won / np.maximum(n, 1), n=n, cluster=clusters[prompt[row]])


def _told_apart(design: Floats, many: int) -> Mask:
    """Which columns the fit takes: contestants but the first (the others are measured against it), covariates that add something."""
    kept = np.ones(design.shape[1], dtype=np.bool_)
    kept[0] = False
    products = design.T @ design
    for covariate in range(many, design.shape[1]):
        kept[covariate:] = False
        without = np.linalg.matrix_rank(products[np.ix_(kept, kept)])
        kept[covariate] = True
        kept[covariate] = np.linalg.matrix_rank(products[np.ix_(kept, kept)]) > without
        kept[covariate + 1 :] = True
    return kept


def _why_not(ballots: Ballots, cast: Votes, cells: _Cells, columns: int) -> str:
    if not len(cast.first):
        return "nothing was compared"
    many = len(ballots.contestants)
    shares = np.zeros((many, many))
    a, b = ballots.contestant[cast.first], ballots.contestant[cast.second]
    np.add.at(shares, (a, b), (cast.outcome + 1) / 2)
    np.add.at(shares, (b, a), (1 - cast.outcome) / 2)
    if np.isnan(fitted(shares)).any():
        return _ONE_SIDED
    clusters = len(np.unique(cells.cluster))
    if clusters <= columns:
        return f"{clusters} prompts or seeds are too few for {columns} numbers with clustered errors"
    return ""


def _fit(cells: _Cells, kept: Mask) -> tuple[Floats, Floats] | None:
    """Values and standard errors of all columns (0 where not kept), strengths centred; None where there is no finite fit."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    model = sm.GLM(cells.share, cells.design[:, kept], family=sm.families.Binomial(), freq_weights=cells.n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of separation: the size of the values is looked at below
        try:
            result = model.fit(cov_type="cluster", cov_kwds={"groups": cells.cluster})
        except (PerfectSeparationError, np.linalg.LinAlgError):
            return None
    if not result.converged or not np.abs(result.params).max() < _TOO_LARGE:
        return None
    size, many = len(kept), len(kept) - len(_COVARIATES)
    values, covariance = np.zeros(size), np.zeros((size, size))
    values[kept], covariance[np.ix_(kept, kept)] = result.params, result.cov_params()
    centring = np.eye(size)
    centring[:many, :many] -= 1 / many
    return centring @ values, np.sqrt(np.diag(centring @ covariance @ centring.T))


def _undefined(met: Ints, n: int, why: str) -> Adjusted:
    nothing = Estimate(value=None, n=n, why=why)
    return Adjusted(
        strengths=tuple(Estimate(value=None, n=int(one), why=why) for one in met), length=nothing, position=nothing
    )
