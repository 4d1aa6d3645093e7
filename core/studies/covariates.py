"""Strengths with what else sways raters held equal: the length of a text, and where it stood.

A Bradley–Terry model as a logistic regression (Agresti, Categorical Data Analysis, 2013, section 11.6): the log-odds that the first of two
texts wins are strength − strength + length × ln(ratio of their words) + position × (places that it stands further left). A tie is half a
win; errors are robust and clustered by prompt or seed (Liang and Zeger 1986; fractional outcomes: Papke and Wooldridge 1996).
"""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from core.analysis.intervals import CONFIDENCE
from core.domain.study_numbers import Adjusted, Estimate
from core.studies.ballots import Ballots, Floats, Ints
from core.studies.strength import NEVER_MET, ONE_SIDED, largest_group
from core.studies.tally import Mask, Votes, of_rows, votes

CLUSTERED = "clustered robust error"
_TOO_LARGE = 15.0  # log-odds; where a fit has no end it is stopped far beyond
_QUANTILE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_NO_CONTRAST = (  # for length and position, in the order of their columns
    "the length of the texts cannot be told apart from who they are by",
    "the position of the texts cannot be told apart from who they are by",
)
_NOTHING = "nothing was compared"
_NOBODY = "no two have both won and lost against each other, so no finite strengths fit"
_NO_END = "length or position alone tells who wins, so no finite strengths fit"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Fit:
    """Values and standard errors of every column: contestants, then the covariates; `kept` says which the votes could tell."""

    values: Floats
    errors: Floats
    kept: Mask

    def estimate(self, at: int, n: int, why: str = "") -> Estimate:
        """One of them with its interval; `why` there is none where it was not kept (the first contestant is what is measured against)."""
        if why and not self.kept[at]:
            return Estimate(value=None, n=n, why=why)
        value, half = float(self.values[at]), _QUANTILE * float(self.errors[at])
        return Estimate(value=value, n=n, low=value - half, high=value + half, interval=CLUSTERED)


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
    gains for each place that it stands further left. What the votes cannot tell is None, and says why. Who has no finite strength (see
    `strength.strengths`) is left out, and the others are fitted among themselves.
    """
    cast, many = votes(ballots), len(ballots.contestants)
    met = np.bincount(ballots.contestant[np.concatenate([cast.first, cast.second])], minlength=many)
    group = largest_group(_shares(ballots, cast))
    among = _among(ballots, group)
    within = votes(among)
    found = _fit(_cells(among, within, clusters), len(group)) if len(group) > 1 else _NOBODY
    if isinstance(found, str):
        nothing = Estimate(value=None, n=len(cast.first), why=found if len(cast.first) else _NOTHING)
        left = tuple(replace(nothing, n=int(one)) for one in met)
        return Adjusted(strengths=left, length=nothing, position=nothing)
    strengths = [Estimate(value=None, n=int(one), why=ONE_SIDED if one else NEVER_MET) for one in met]
    for at, contestant in enumerate(group):
        strengths[contestant] = found.estimate(at, int(met[contestant]))
    length, position = (found.estimate(len(group) + at, len(within.first), why) for at, why in enumerate(_NO_CONTRAST))
    return Adjusted(strengths=tuple(strengths), length=length, position=position)


def _shares(ballots: Ballots, cast: Votes) -> Floats:
    """Wins of each over each, ties as halves."""
    many = len(ballots.contestants)
    shares = np.zeros((many, many))
    a, b = ballots.contestant[cast.first], ballots.contestant[cast.second]
    np.add.at(shares, (a, b), (cast.outcome + 1) / 2)
    np.add.at(shares, (b, a), (1 - cast.outcome) / 2)
    return shares


def _among(ballots: Ballots, group: list[int]) -> Ballots:
    """The ballots of these contestants alone, numbered anew."""
    kept = of_rows(ballots, np.isin(ballots.contestant, group))
    return replace(
        kept,
        contestants=tuple(ballots.contestants[one] for one in group),
        contestant=np.searchsorted(group, kept.contestant),
    )


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
    design = np.zeros((len(row), many + len(_NO_CONTRAST)))
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


def _fit(cells: _Cells, many: int) -> "_Fit | str":
    """The model fitted, strengths centred; or why it cannot be."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    kept = _told_apart(cells.design, many)
    columns, clusters = int(kept.sum()), len(np.unique(cells.cluster))
    if clusters <= columns:
        return f"{clusters} prompts or seeds are too few for {columns} numbers with clustered errors"
    won_and_lost = np.column_stack([cells.share * cells.n, (1 - cells.share) * cells.n])
    model = sm.GLM(won_and_lost, cells.design[:, kept], family=sm.families.Binomial())
    try:
        with np.errstate(all="ignore"):  # where there is no end the values overflow: their size is looked at below
            result = model.fit(cov_type="cluster", cov_kwds={"groups": cells.cluster})
    except (PerfectSeparationError, PerfectSeparationWarning, ConvergenceWarning, np.linalg.LinAlgError):
        return _NO_END
    if not result.converged or not np.abs(result.params).max() < _TOO_LARGE:
        return _NO_END
    size = len(kept)
    values, covariance, centring = np.zeros(size), np.zeros((size, size)), np.eye(size)
    values[kept], covariance[np.ix_(kept, kept)] = result.params, result.cov_params()
    centring[:many, :many] -= 1 / many
    return _Fit(values=centring @ values, errors=np.sqrt(np.diag(centring @ covariance @ centring.T)), kept=kept)
