"""Intervals against published worked examples, at their limits, and by two methods that must agree."""

from random import Random
from statistics import NormalDist, mean, stdev

import pytest

from core.analysis.intervals import mean as mean_of
from core.analysis.intervals import mean_difference, share_difference, t_quantile, wilson
from core.domain.overview import Share

# Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (score, no continuity correction).
NEWCOMBE = [
    ((81, 263), (0.2553, 0.3662)),
    ((15, 148), (0.0624, 0.1605)),
    ((0, 20), (0.0000, 0.1611)),
    ((1, 29), (0.0061, 0.1718)),
]
# Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10: first minus second.
DIFFERENCES = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((10, 10), (0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "published"), NEWCOMBE)
def test_a_share_has_the_published_interval(counts: tuple[int, int], published: tuple[float, float]) -> None:
    share = wilson(*counts)
    assert (share.low, share.high) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("first", "second", "published"), DIFFERENCES)
def test_a_difference_of_shares_has_the_published_interval(
    first: tuple[int, int], second: tuple[int, int], published: tuple[float, float]
) -> None:
    moved = share_difference(wilson(*second), wilson(*first))
    assert moved is not None
    assert (moved.low, moved.high) == pytest.approx(published, abs=5e-5)


def test_at_the_limits_a_share_stays_within_nought_and_one() -> None:
    assert wilson(0, 0) == Share(k=0, n=0, low=0.0, high=1.0)
    assert wilson(0, 0).value is None
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0
    assert wilson(5, 5).low > 0.5
    wide, narrow = wilson(5, 10), wilson(500_000, 1_000_000)
    assert wide.high - wide.low > 0.5 > 0.003 > narrow.high - narrow.low


def test_what_is_no_share_is_refused() -> None:
    for k, n in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="no share"):
            wilson(k, n)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance, truth, held = Random(5), 0.85, 0
    for _ in range(2_000):
        share = wilson(sum(chance.random() < truth for _ in range(40)), 40)
        held += share.low <= truth <= share.high
    assert 0.93 < held / 2_000 < 0.98


@pytest.mark.parametrize(("freedom", "table"), [(1, 12.7062), (2, 4.3027), (5, 2.5706), (10, 2.2281), (30, 2.0423)])
def test_students_t_is_that_of_the_tables(freedom: float, table: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(table, abs=5e-5)


def test_students_t_ends_in_the_normal() -> None:
    assert t_quantile(0.975, 1e5) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-4)


def test_a_mean_of_few_has_a_wide_interval_and_of_one_none() -> None:
    few = mean_of(3, 5.0, 1.0)
    assert (few.low, few.high) == pytest.approx((5 - 2.4841, 5 + 2.4841), abs=1e-3)
    one = mean_of(1, 5.0, None)
    assert (one.value, one.low, one.high) == (5.0, None, None)
    assert mean_of(2, 5.0, 1.0).low is None
    assert mean_difference(few, one) is None


def test_a_difference_of_means_agrees_with_drawing_again_and_again() -> None:
    chance = Random(8)
    first = [chance.gauss(5, 1) for _ in range(200)]
    second = [chance.gauss(5.6, 2) for _ in range(120)]
    moved = mean_difference(*(mean_of(len(one), mean(one), stdev(one)) for one in (first, second)))
    drawn = sorted(mean(chance.choices(second, k=120)) - mean(chance.choices(first, k=200)) for _ in range(2_000))
    assert moved is not None
    assert (moved.low, moved.high) == pytest.approx((drawn[50], drawn[1_949]), abs=0.08)
