"""How many prompts, and judgments of each, it takes to see a difference between two systems."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

POWER, CONFIDENCE = 0.8, 0.95
NUMBERS_OF_JUDGES = (1, 3, 5, 7, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumed:
    """What is assumed of two systems and of those who judge.

    `win_rate`: of the prompts on which one is really better, the share on which the better system is (0.5 to 1). `ties`: the share
    of prompts on which neither is. `agreement`: how often one judge says what is really so, where one is better (0.5 to 1).
    `pairs`: so many pairs of systems are compared, and none may be seen by mere chance (Bonferroni).
    """

    win_rate: float
    ties: float = 0.3
    agreement: float = 0.8
    pairs: int = 1
    power: float = POWER
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not (0.5 < self.win_rate <= 1 and 0 <= self.ties < 1 and 0.5 <= self.agreement <= 1 and self.pairs >= 1):
            raise ValueError("no such systems or judges")
        if not (0 < self.power < 1 and 0 < self.confidence < 1):
            raise ValueError("no such power or confidence")


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """With so many judges a prompt: the share of wins that their verdicts would show, and how many prompts make it seen.

    `prompts` is None where no number would: the judges say nothing. `judgments` are prompts times judges.
    """

    judges: int
    seen_win_rate: float
    seen_ties: float
    prompts: int | None

    @property
    def judgments(self) -> int | None:
        return None if self.prompts is None else self.prompts * self.judges


def needs(assumed: Assumed, judges: Sequence[int] = NUMBERS_OF_JUDGES) -> tuple[Need, ...]:
    """What each number of judges asks for: an exact two-sided sign test on the prompts whose verdict is no tie."""
    return tuple(_need(assumed, one) for one in judges)


def seen(assumed: Assumed, judges: int) -> Need:
    """What verdicts by most votes would show, whatever the number of prompts; equal votes are a tie."""
    right = _more_than_half(judges, assumed.agreement)
    wrong = _more_than_half(judges, 1 - assumed.agreement)
    decided = right + wrong
    wins = assumed.win_rate * right + (1 - assumed.win_rate) * wrong
    return Need(
        judges=judges,
        seen_win_rate=wins / decided,
        seen_ties=1 - (1 - assumed.ties) * decided,
        prompts=None,
    )


def least_seen(prompts: int, judges: int, assumed: Assumed) -> float | None:
    """The smallest real win rate that so many prompts would show; `assumed.win_rate` is not looked at. None if none would."""
    for hundredth in range(505, 1001, 5):
        tried = replace(assumed, win_rate=hundredth / 1000)
        found = seen(tried, judges)
        decided = round(prompts * (1 - found.seen_ties))
        if decided and _power(decided, found.seen_win_rate, _alpha(tried)) >= assumed.power:
            return tried.win_rate
    return None


def _need(assumed: Assumed, judges: int) -> Need:
    found = seen(assumed, judges)
    if found.seen_win_rate <= 0.5 + 1e-9:
        return found
    decided = _decided_prompts(found.seen_win_rate, assumed.power, _alpha(assumed))
    return found if decided is None else replace(found, prompts=ceil(decided / (1 - found.seen_ties)))


def _alpha(assumed: Assumed) -> float:
    return (1 - assumed.confidence) / assumed.pairs


def _more_than_half(judges: int, agreement: float) -> float:
    """That more than half of the judges say the same right thing."""
    from scipy.stats import binom

    return float(binom.sf(judges // 2, judges, agreement))


@cache
def _decided_prompts(rate: float, power: float, alpha: float) -> int | None:
    """The fewest from which on the power does not fall below again (it saws: the test is exact)."""
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    about = NormalIndPower(ddof=0).solve_power(
        proportion_effectsize(rate, 0.5), power=power, alpha=alpha, ratio=0, alternative="two-sided"
    )
    if about > 1_000_000:
        return None
    if about > 5_000:  # exact and normal are the same then
        return int(about) + 1
    n = int(about * 1.3) + 25
    while n > 1 and _power(n - 1, rate, alpha) >= power:
        n -= 1
    return n


def _power(n: int, rate: float, alpha: float) -> float:
    """Of the exact two-sided sign test: how often so many decided prompts show that one system wins more."""
    from scipy.stats import binom

    most_lost = int(binom.ppf(alpha / 2, n, 0.5))
    if binom.cdf(most_lost, n, 0.5) > alpha / 2:
        most_lost -= 1
    return 0.0 if most_lost < 0 else float(binom.cdf(most_lost, n, 1 - rate) + binom.sf(n - most_lost - 1, n, 1 - rate))
