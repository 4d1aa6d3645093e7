"""The interval by seed: the plain one where nothing is related, wider where something is, and true as often as it says."""

import numpy as np
import pytest

from core.analysis.intervals import wilson_bounds
from core.studies.ballots import Floats, Ints
from core.studies.clustered import by_seed

ONES = np.ones


def test_prompts_that_share_no_seed_need_none() -> None:
    assert by_seed(np.array([1.0, 0.0, 1.0]), ONES(3), np.arange(3)) is None
    assert by_seed(np.zeros(0), ONES(0), np.arange(0)) is None
    assert (
        by_seed(np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.zeros(2, np.int64)) is None
    )  # the other has no verdict


def test_prompts_that_repeat_their_seed_count_as_one_each() -> None:
    said, clusters = np.repeat([1.0, 0.0], 50), np.repeat(np.arange(100), 1)
    found = by_seed(np.tile(said, 4), ONES(400), np.tile(clusters, 4))
    assert found is not None
    assert (found.seeds, found.design_effect) == (100, pytest.approx(4 * 100 / 99))
    low, high = wilson_bounds(50, 100)
    assert (found.low, found.high) == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))


def test_it_is_never_narrower_than_the_plain_one() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        n = int(rng.integers(4, 60))
        said, clusters = rng.integers(0, 2, n).astype(np.float64), rng.integers(0, max(2, n // 3), n)
        found = by_seed(said, ONES(n), clusters)
        if found is not None:
            low, high = wilson_bounds(float(said.sum()), n)
            assert found.low <= low + 1e-12
            assert found.high >= high - 1e-12


def test_where_all_say_the_same_prompts_of_a_seed_count_as_one() -> None:
    found = by_seed(ONES(40), ONES(40), np.repeat(np.arange(10), 4))
    assert found is not None
    assert found.design_effect == pytest.approx(4)
    assert (found.high, found.low < wilson_bounds(10, 10)[0]) == (1.0, True)


def test_of_one_seed_nothing_is_known() -> None:
    found = by_seed(np.array([1.0, 1.0, 0.0]), ONES(3), np.zeros(3, np.int64))
    assert found is not None
    assert (found.low, found.high, found.seeds) == (0.0, 1.0, 1)


def test_a_tie_may_count_as_half_a_win() -> None:
    found = by_seed(np.array([1.0, 0.5, 0.5, 0.0]), ONES(4), np.array([0, 0, 1, 1]))
    assert found is not None
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize(("seeds", "each"), [(12, 6), (40, 5), (120, 4)])
def test_it_holds_the_truth_as_often_as_it_says_where_the_plain_one_does_not(seeds: int, each: int) -> None:
    rng, rounds = np.random.default_rng(11), 400
    held = {"by seed": 0, "plain": 0}
    for _ in range(rounds):
        said, clusters = _world(rng, seeds, each)
        found = by_seed(said, ONES(len(said)), clusters)
        assert found is not None
        held["by seed"] += found.low <= 0.6 <= found.high
        low, high = wilson_bounds(float(said.sum()), len(said))
        held["plain"] += low <= 0.6 <= high
    assert held["by seed"] >= 0.93 * rounds
    assert held["plain"] <= 0.85 * rounds


def _world(rng: np.random.Generator, seeds: int, each: int) -> tuple[Floats, Ints]:
    """Prompts won with a chance that is its seed's own, 0.6 on the whole; seeds have between 1 and twice as many prompts."""
    sizes = rng.integers(1, 2 * each, seeds)
    chance = np.repeat(rng.beta(1.2, 0.8, seeds), sizes)
    return (rng.random(len(chance)) < chance).astype(np.float64), np.repeat(np.arange(seeds), sizes)
