"""Halves of the seeds: what is drawn, what the spread of halves is worth, and whether intervals hold what they say."""

import numpy as np
import pytest

from core.analysis.diversity import OUTSIDE, Texts, measures
from core.analysis.halves import Halving, blocks, difference, equal_for, estimates, rounds_of
from core.domain.diversity import DIVERSITY, Measure
from tests.analysis.drawing import Scales, unit, world

NEAREST, ENTROPY, VENDI = (DIVERSITY.index(one) for one in (Measure.NEAREST, Measure.ENTROPY, Measure.VENDI))
TRUE_IN = {Measure.NEAREST, Measure.ENTROPY, Measure.COVERED, Measure.VENDI, Measure.CELLS}


@pytest.fixture(scope="module")
def scales() -> Scales:
    return Scales(5)


def test_blocks_hold_whole_lineages_of_the_drawn_half() -> None:
    seeds, rng = np.repeat(np.arange(10), 3), np.random.default_rng(0)
    place = rng.permutation(10)
    found = list(blocks(seeds, place, 5, 5, rng))
    assert all(len(one) == 5 for one in found)
    assert set(np.concatenate(found)) == set(np.flatnonzero(place[seeds] < 5))
    first = seeds[found[0]]
    assert set(first) == set(np.argsort(place)[:2])  # in the order of their places: 3 of one lineage, 2 of the next
    assert len(set(first[:3])) == 1


def test_a_half_that_holds_too_few_takes_the_next_lineages() -> None:
    rng = np.random.default_rng(0)
    (only,) = blocks(np.arange(6), np.arange(6), 2, 4, rng)
    assert sorted(only) == [0, 1, 2, 3]


def test_groups_are_compared_at_half_of_the_smallest() -> None:
    assert equal_for([500, 61, 100], 1_000) == 30
    assert equal_for([5_000, 9_000], 1_000) == 1_000
    assert equal_for([], 1_000) == 0


def test_the_same_seed_draws_the_same_halves(scales: Scales) -> None:
    texts = scales.texts(*world(np.random.default_rng(1), 30, scales.topics))
    one, again, other = (rounds_of([texts], Halving(equal=20, rounds=5, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


def test_of_a_share_the_spread_of_halves_is_the_standard_error_of_the_whole() -> None:
    """A text alone in its cell counts 1, at one text a seed: cells filled is then a mean, whose standard error is known."""
    rng, n = np.random.default_rng(3), 60
    values = rng.random(n) < 0.4
    texts = Texts(
        vectors=unit(rng.normal(size=(n, 8))), seeds=np.arange(n), clusters=np.zeros(n, np.int64), regions=np.full(n, OUTSIDE),
        wordings=np.full(n, OUTSIDE), cells=np.where(values, np.arange(n), OUTSIDE), n_clusters=2,
    )  # fmt: skip
    rounds = rounds_of([texts], Halving(equal=n // 2, rounds=2_000))[:, 0, DIVERSITY.index(Measure.CELLS)] / (n // 2)
    assert rounds.mean() == pytest.approx(values.mean(), abs=0.01)
    assert rounds.std(ddof=1) == pytest.approx(values.std(ddof=1) / np.sqrt(n), rel=0.06)


def test_a_side_beside_itself_does_not_differ_in_any_round(scales: Scales) -> None:
    """Sides that share their seeds share every draw."""
    texts = scales.texts(*world(np.random.default_rng(2), 30, scales.topics))
    one_a_seed = np.unique(texts.seeds, return_index=True)[1]
    alone = scales.texts(texts.vectors[one_a_seed], texts.seeds[one_a_seed])
    rounds = rounds_of([alone, alone], Halving(equal=len(one_a_seed) // 2, rounds=20))
    assert rounds[:, 0] == pytest.approx(rounds[:, 1], nan_ok=True)


def test_half_of_every_stratum_is_drawn_where_sides_share_some_seeds(scales: Scales) -> None:
    """20 seeds in both sides, 20 in each alone: each side's half holds half of its seeds in every round."""
    rng = np.random.default_rng(4)
    vectors = unit(rng.normal(size=(60, 24)))
    sides = [scales.texts(vectors[:40], np.arange(40)), scales.texts(vectors[20:], np.arange(20, 60))]
    rounds = rounds_of(sides, Halving(equal=20, rounds=30))
    assert not np.isnan(rounds[:, :, VENDI]).any()
    assert rounds[:, :, VENDI].std(axis=0).min() > 0


def test_what_every_half_says_has_no_interval_and_says_why(scales: Scales) -> None:
    texts = scales.texts(np.repeat(unit(np.ones((1, 24))), 30, axis=0), np.arange(30))
    found = estimates(rounds_of([texts], Halving(equal=15, rounds=10))[:, 0], 30, 30, 15)
    assert found[Measure.VENDI].value == pytest.approx(1)
    assert found[Measure.VENDI].low is None
    assert "every half says the same" in found[Measure.VENDI].why


def test_no_interval_reaches_beyond_where_its_measure_ends(scales: Scales) -> None:
    texts = scales.texts(*world(np.random.default_rng(8), 10, scales.topics))
    found = estimates(rounds_of([texts], Halving(equal=5, rounds=30))[:, 0], len(texts.seeds), 10, 5)
    assert all(one.low is None or one.low >= 0 for one in found.values())
    highest = found[Measure.VENDI].high
    assert highest is not None
    assert highest <= 5


def truth(scales: Scales, equal: int, again: int = 250) -> np.ndarray:
    """What the measures come to in this world, at so many texts of whole lineages."""
    rng, found = np.random.default_rng(77), []
    for _ in range(again):
        texts = scales.texts(*world(rng, equal * 2, scales.topics))
        rows = next(blocks(texts.seeds, rng.permutation(equal * 2), equal * 2, equal, rng))
        found.append(measures(texts, rows))
    return np.asarray(np.mean(found, axis=0))


@pytest.mark.parametrize(("seeds", "equal"), [(12, 10), (40, 40), (60, 20)])
def test_intervals_hold_the_truth_as_often_as_they_say(scales: Scales, seeds: int, equal: int) -> None:
    """95 %: of 80 worlds at least 70 (chance of fewer: 0.6 %). They may be too wide, and are for Vendi's score."""
    expected, rng, again = truth(scales, equal), np.random.default_rng(9), 80
    hits = dict.fromkeys(TRUE_IN, 0)
    for number in range(again):
        texts = scales.texts(*world(rng, seeds, scales.topics))
        rounds = rounds_of([texts], Halving(equal=equal, rounds=40, seed=number))[:, 0]
        found = estimates(rounds, len(texts.seeds), seeds, equal)
        for one in TRUE_IN:
            low, high = found[one].low, found[one].high
            at = expected[DIVERSITY.index(one)]
            hits[one] += low is not None and high is not None and low <= at <= high
    assert all(n >= 70 for n in hits.values()), hits


def test_a_planted_difference_is_found_and_none_is_not(scales: Scales) -> None:
    """Seeds that lie closer together are less diverse; two draws of one world are as diverse as each other."""
    rng = np.random.default_rng(12)
    near = scales.texts(*world(rng, 60, scales.topics, apart=0.05))
    wide, again = (scales.texts(vectors, of + 60) for vectors, of in (world(rng, 60, scales.topics) for _ in range(2)))
    how = Halving(equal=50, rounds=60)
    rounds = rounds_of([near, wide], how)[:, :, VENDI]
    moved, p = difference(rounds[:, 0], rounds[:, 1], 0, 60)
    assert moved.low is not None
    assert moved.low > 0
    assert p is not None
    assert p < 0.01
    rounds = rounds_of([wide, again], how)[:, :, VENDI]
    same, chance = difference(rounds[:, 0], rounds[:, 1], 0, 60)
    assert same.low is not None
    assert same.high is not None
    assert same.low < 0 < same.high
    assert chance is not None
    assert chance > 0.05
