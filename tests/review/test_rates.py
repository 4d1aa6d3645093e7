"""Credible intervals: a published example, the limits, and a second way to the same numbers."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.rates import credible


def test_it_is_jeffreys_interval_as_published() -> None:
    """Brown, Cai and DasGupta (2001), table 5: n = 7."""
    published = {1: (0.016, 0.501), 2: (0.065, 0.648), 3: (0.139, 0.766)}
    for accepted, (low, high) in published.items():
        share = credible(accepted, 7)
        assert (share.low, share.high) == pytest.approx((low, high), abs=0.0006)


def test_nothing_accepted_reaches_zero_and_everything_one() -> None:
    assert credible(0, 9).low == 0.0
    assert credible(9, 9).high == 1.0
    nothing = credible(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)
    with pytest.raises(ValueError, match="no share"):
        credible(3, 2)


@given(st.integers(1, 60), st.data())
def test_it_holds_the_share_and_narrows_with_n(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    share, tenfold = credible(k, n), credible(10 * k, 10 * n)
    assert share.value is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert tenfold.high - tenfold.low < share.high - share.low


def test_draws_from_the_posterior_fall_into_it_as_often_as_it_says() -> None:
    share, rng = credible(14, 40), Random(1)
    inside = sum(share.low <= rng.betavariate(14.5, 26.5) <= share.high for _ in range(20_000))
    assert inside / 20_000 == pytest.approx(0.95, abs=0.005)
