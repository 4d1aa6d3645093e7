"""Simulated people of known skill and bias: what was put in is found again, within the intervals that are given (fixed seeds)."""

import numpy as np
import pytest

from core.domain.study_numbers import Estimate
from core.studies.ballots import Ballots, Floats
from core.studies.bootstrap import Bootstrap, clusters_of
from core.studies.covariates import adjusted
from core.studies.raters import position_bias, self_agreement
from core.studies.simulate import SimulatedRater, ranked, ranks, utilities, wins_over
from core.studies.strength import strengths
from core.studies.tally import all_votes, pair_counts, tally
from tests.studies.voting import Box, simulated

TRUE = np.array([0.9, 0.3, -0.2, -1.0])
FAIR = [SimulatedRater(name=f"fair {at}") for at in range(5)]
HOW = Bootstrap(rounds=400, seed=11)


def holds(one: Estimate, truth: float) -> bool:
    assert one.low is not None, one.why
    assert one.high is not None
    return one.low <= truth <= one.high


def of_two(people: list[SimulatedRater], apart: float, seed: int, prompts: int = 600) -> Ballots:
    return simulated(Box(contestants="ab", prompts=prompts), people, np.array([apart, 0.0]), seed)


def left_wins(rater: SimulatedRater, apart: float) -> float:
    """How often the left one wins, where either of two texts stands left half of the time."""
    strength: Floats = np.array([[apart, 0.0], [0.0, apart]])
    return float(wins_over(rater, strength, np.array([0, 1])).mean())


def test_strengths_are_recovered_within_their_intervals() -> None:
    ballots = simulated(Box(contestants="abcd", prompts=300), FAIR, TRUE, seed=1)
    found = strengths(tally(ballots), clusters_of(ballots), HOW)
    assert all(holds(one, truth) for one, truth in zip(found, TRUE, strict=True))
    assert max(one.high - one.low for one in found if one.high and one.low) < 0.25


@pytest.mark.parametrize("seed", range(2, 6))
def test_strengths_length_and_position_are_recovered_together(seed: int) -> None:
    """Longer texts are by the weaker systems: without the covariate they would look better than they are."""
    words = np.random.default_rng(seed).integers(30, 200, size=(300, 4)) + np.array([0, 40, 120, 300])
    people = [SimulatedRater(name=f"hasty {at}", left_bias=0.25) for at in range(5)]
    ballots = simulated(Box(contestants="abcd", prompts=300, words=words), people, TRUE, seed, worth_of_length=0.7)
    found = adjusted(ballots, clusters_of(ballots))
    within = [holds(one, truth) for one, truth in zip(found.strengths, TRUE, strict=True)]
    within += [holds(found.length, 0.7), holds(found.position, 0.25)]
    assert sum(within) >= 5  # of six intervals of 95 % one may miss
    plain = strengths(tally(ballots), clusters_of(ballots), Bootstrap(rounds=100, seed=1))
    assert not holds(plain[3], TRUE[3])


def test_position_bias_of_each_person_is_recovered_within_its_interval() -> None:
    people = [SimulatedRater(name=str(bias), left_bias=bias) for bias in (-0.8, 0.0, 0.4, 1.2)]
    ballots = of_two(people, apart=0.8, seed=3)
    found = position_bias(ballots, clusters_of(ballots), HOW)
    assert all(holds(one, left_wins(rater, 0.8)) for one, rater in zip(found, people, strict=True))
    assert not holds(found[3], 0.5)
    assert holds(found[1], 0.5)


def test_balanced_orders_take_position_bias_out_of_who_wins() -> None:
    biased = of_two([SimulatedRater(name="left", left_bias=2.0)], apart=0.0, seed=5, prompts=4000)
    votes = all_votes(pair_counts(biased, 0, 1))
    assert votes.wins / votes.n == pytest.approx(0.5, abs=0.025)


def test_self_agreement_of_each_person_is_recovered_within_its_interval() -> None:
    """The same pair, judged twice independently, comes out the same with chance p² + (1 − p)²."""
    people = [SimulatedRater(name=str(skill), skill=skill) for skill in (0.0, 1.0, 4.0)]
    first, again = (of_two(people, apart=1.0, seed=seed) for seed in (6, 7))
    found = self_agreement(first, again, clusters_of(first), HOW)
    for rater, one in zip(people, found, strict=True):
        p = float(wins_over(rater, np.array([1.0, 0.0]), np.array([0, 0])))
        assert holds(one.same, p * p + (1 - p) * (1 - p))
        assert one.same.n == 600
    assert [one.rater for one in found] == ["r0", "r1", "r2"]
    assert abs(found[0].kappa.value or 0) < 0.1  # who guesses agrees with themselves as by chance


def test_more_skill_shows_as_larger_strengths() -> None:
    for skill in (0.5, 2.0):
        ballots = simulated(
            Box(contestants="abcd", prompts=300), [SimulatedRater(name="one", skill=skill)] * 4, TRUE, seed=8
        )
        found = strengths(tally(ballots), clusters_of(ballots), HOW)
        assert all(holds(one, skill * truth) for one, truth in zip(found, TRUE, strict=True))


def test_evolved_prompts_of_one_seed_make_wider_intervals_that_still_hold_the_truth() -> None:
    """Each seed favours one system or the other: its prompts stand or fall together."""
    rng, box = (
        np.random.default_rng(9),
        Box(contestants="ab", prompts=240, clusters=[f"s{at // 6}" for at in range(240)]),
    )
    lean = np.repeat(rng.normal(0, 1.5, size=40), 6)
    strength = np.stack([lean / 2, -lean / 2], axis=1)
    shown = rng.permuted(np.tile([0, 1], (240, 1)), axis=1)
    person = SimulatedRater(name="one")
    placed = ranks(person, utilities(person, np.take_along_axis(strength, shown, axis=1), np.arange(2), rng))
    prompt = np.repeat(np.arange(240), 2)
    ballots = box.holding(
        trial=prompt, prompt=prompt, rater=np.zeros(480, dtype=np.int64), contestant=shown.ravel(),
        position=np.tile([0, 1], 240), place=placed.ravel().astype(np.float64),
    )  # fmt: skip
    by_seed = strengths(tally(ballots), clusters_of(ballots), HOW)[0]
    by_prompt = strengths(tally(ballots), np.arange(240), HOW)[0]
    assert by_seed.low is not None
    assert by_seed.high is not None
    assert by_prompt.low is not None
    assert by_prompt.high is not None
    assert by_seed.high - by_seed.low > 1.3 * (by_prompt.high - by_prompt.low)
    assert holds(by_seed, 0.0)


def test_simulated_ranks_follow_utilities_and_tie_where_they_are_close() -> None:
    person = SimulatedRater(name="one", tie_within=0.5)
    assert ranks(person, np.array([2.0, 5.0, 1.8, 0.0])).tolist() == [2, 1, 2, 3]
    assert ranks(SimulatedRater(name="two"), np.array([[1.0, 2.0], [2.0, 1.0]])).tolist() == [[2, 1], [1, 2]]
    first, again = (ranked(person, (1.0, 0.0, 0.5), np.random.default_rng(4)) for _ in range(2))
    assert first == again
    assert set(first) <= {1, 2, 3}
