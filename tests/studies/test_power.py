"""How many prompts show a difference: against published sample sizes, and against simulated studies."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from core.studies.power import Assumed, least_seen, needs, seen

SURE = Assumed(win_rate=0.6, ties=0.0, agreement=1.0)


# Tables for an exact two-sided test of 5 % with power 80 % say 199, 49 and 20; ours is where the power does not fall below again.
@pytest.mark.parametrize(("win_rate", "least", "most"), [(0.6, 199, 210), (0.7, 49, 54), (0.8, 20, 24)])
def test_one_sure_judge_without_ties_is_the_sign_test(win_rate: float, least: int, most: int) -> None:
    (need,) = needs(replace(SURE, win_rate=win_rate), [1])
    assert need.prompts is not None
    assert least <= need.prompts <= most
    assert need.judgments == need.prompts
    assert need.seen_win_rate == pytest.approx(win_rate)


def test_ties_cost_prompts_in_their_share() -> None:
    without, half = (needs(replace(SURE, ties=ties), [1])[0].prompts for ties in (0.0, 0.5))
    assert without is not None
    assert half == pytest.approx(2 * without, abs=1)


def test_more_judges_need_fewer_prompts_and_show_more() -> None:
    found = needs(Assumed(win_rate=0.6, agreement=0.75), [1, 3, 5, 9])
    prompts = [one.prompts for one in found]
    assert prompts == sorted(prompts, reverse=True)  # type: ignore[type-var]
    assert [one.seen_win_rate for one in found] == sorted(one.seen_win_rate for one in found)
    assert all(0.5 < one.seen_win_rate < 0.6 for one in found)


def test_judges_who_guess_never_see_anything() -> None:
    assert [one.prompts for one in needs(Assumed(win_rate=0.9, agreement=0.5), [1, 10])] == [None, None]
    assert least_seen(1_000, 3, Assumed(win_rate=0.9, agreement=0.5)) is None


def test_an_even_number_of_judges_ties_more_often() -> None:
    assumed = Assumed(win_rate=0.6, ties=0.2)
    assert seen(assumed, 4).seen_ties > seen(assumed, 3).seen_ties == pytest.approx(0.2)


def test_more_pairs_ask_for_more() -> None:
    one, six = (needs(replace(SURE, pairs=pairs), [1])[0].prompts for pairs in (1, 6))
    assert one is not None
    assert six is not None
    assert six > 1.3 * one


def test_what_a_study_of_that_size_shows_is_the_difference_that_it_was_made_for() -> None:
    assumed = Assumed(win_rate=0.65, ties=0.3, agreement=0.8)
    (need,) = needs(assumed, [3])
    assert need.prompts is not None
    assert least_seen(need.prompts, 3, assumed) == pytest.approx(0.65, abs=0.011)


def test_simulated_studies_of_that_size_see_it_in_four_of_five() -> None:
    assumed = Assumed(win_rate=0.65, ties=0.3, agreement=0.8)
    (need,) = needs(assumed, [3])
    assert need.prompts is not None
    rng = np.random.default_rng(7)
    shown = 0
    for _ in range(400):
        is_tie = rng.random(need.prompts) < assumed.ties
        is_better = rng.random(need.prompts) < assumed.win_rate
        right = rng.binomial(3, assumed.agreement, need.prompts) > 1
        wins = int(((is_better == right) & ~is_tie).sum())
        shown += binomtest(wins, int((~is_tie).sum())).pvalue < 0.05
    assert shown / 400 == pytest.approx(0.8, abs=0.07)


@pytest.mark.parametrize(
    "wrong", [{"win_rate": 0.5}, {"win_rate": 1.1}, {"ties": 1.0}, {"agreement": 0.4}, {"pairs": 0}]
)
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no such"):
        replace(SURE, **wrong)  # type: ignore[arg-type]
