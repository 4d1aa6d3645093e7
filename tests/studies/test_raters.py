"""Raters one by one: what sways them, whether they say the same again, and whether they look."""

import numpy as np
import pytest

from core.domain.overview import Share
from core.studies.bootstrap import Bootstrap, clusters_of
from core.studies.raters import attention, length_bias, passes, position_bias, self_agreement
from tests.studies.voting import Box, Said, cast, seen_from_the_right

HOW = Bootstrap(rounds=200, seed=2)


def test_position_bias_counts_the_decided_votes_that_went_left() -> None:
    left = [Said(prompt=at, shown=(at % 2, 1 - at % 2), places=(1, 2)) for at in range(6)]
    right = [Said(prompt=at, shown=(at % 2, 1 - at % 2), places=(2, 1)) for at in range(6, 8)]
    ties = [Said(prompt=8, places=(1, 1)), Said(prompt=9, rater=1, places=(1, 1))]
    ballots = cast(Box(contestants="ab", prompts=10, raters=2), [*left, *right, *ties])
    first, second = position_bias(ballots, clusters_of(ballots), HOW)
    assert (first.value, first.n) == (0.75, 8)
    assert first.low is not None
    assert first.low < 0.75
    assert (second.value, second.n, second.why) == (None, 0, "nothing was judged")
    turned = seen_from_the_right(ballots)
    assert position_bias(turned, clusters_of(turned), HOW)[0].value == 0.25


def test_length_bias_counts_votes_for_the_longer_text_and_leaves_equal_lengths_out() -> None:
    words = np.array([[10, 20], [30, 20], [10, 10], [10, 40]])
    said = [Said(prompt=at, places=(2, 1)) for at in range(4)]
    ballots = cast(Box(contestants="ab", prompts=4, words=words), said)
    found = length_bias(ballots, clusters_of(ballots), HOW)[0]
    assert (found.value, found.n) == (pytest.approx(2 / 3), 3)


def test_self_agreement_matches_the_same_pairs_whatever_their_order() -> None:
    box = Box(contestants="abc", prompts=3, raters=2)
    first = cast(box, [
        Said(prompt=0, shown=(0, 1, 2), places=(1, 2, 3)),
        Said(prompt=1, shown=(2, 1, 0), places=(1, 1, 2)),
        Said(prompt=2, rater=1, shown=(0, 1), places=(1, 2)),
    ])  # fmt: skip
    again = cast(box, [
        Said(prompt=1, shown=(0, 1, 2), places=(2, 1, 1)),
        Said(prompt=0, shown=(2, 0, 1), places=(3, 2, 1)),
    ])  # fmt: skip
    mine, other = self_agreement(first, again, clusters_of(first), HOW)
    assert (mine.rater, mine.same.value, mine.same.n) == ("r0", pytest.approx(5 / 6), 6)
    assert mine.kappa.n == 6
    assert (other.same.value, other.same.n) == (None, 0)
    assert other.kappa.value is None
    assert other.kappa.why


@pytest.mark.parametrize(
    ("places", "foreign", "passed"),
    [
        ((1, 2, 3), 2, True),
        ((1, 3, 3), 2, True),
        ((1, 1, 1), 1, False),
        ((1, 2, 3), 1, False),
        ((1, 2), 0, False),
        ((2, 1), 0, True),
        ((-2.0,), 0, True),
        ((-3.0,), 0, False),
    ],
)
def test_attention_is_passed_where_the_foreign_text_is_above_none_and_below_one(
    places: tuple[float, ...], foreign: int, passed: bool
) -> None:
    assert passes(places, foreign) is passed


def test_attention_is_counted_for_each_rater() -> None:
    first, second, third = attention(np.array([0, 0, 2, 0]), np.array([True, False, True, True]), 3)
    assert (first.k, first.n) == (2, 3)
    assert second == Share(k=0, n=0, low=0.0, high=1.0)
    assert (third.value, third.high) == (1.0, 1.0)
