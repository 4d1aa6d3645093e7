"""Recall from strata that were not sampled alike: exact where everything was seen, honest where nothing was."""

from random import Random

import pytest

from core.review.audits import Stratum, recall


def test_where_everything_was_decided_it_is_the_plain_count() -> None:
    caught = Stratum(children=400, decided=400, rejected=300, eliminated=True)
    missed = Stratum(children=900, decided=900, rejected=100, eliminated=False)
    found = recall((caught, missed))
    assert found.value == pytest.approx(300 / 400)
    assert found.low < 0.75 < found.high
    assert found.high - found.low < 0.1


def test_a_small_sample_of_the_eliminated_counts_for_all_of_them() -> None:
    sampled = Stratum(children=400, decided=40, rejected=30, eliminated=True)
    missed = Stratum(children=900, decided=900, rejected=100, eliminated=False)
    found = recall((sampled, missed))
    assert found.value == pytest.approx(0.75)  # and not 30 of 130
    assert found.high - found.low > 0.03


def test_what_nobody_looked_at_makes_it_wide_and_nothing_at_all_leaves_it_open() -> None:
    unseen = Stratum(children=400, decided=0, rejected=0, eliminated=True)
    missed = Stratum(children=900, decided=900, rejected=100, eliminated=False)
    wide = recall((unseen, missed))
    assert wide.high - wide.low > 0.6
    nothing = recall((unseen, Stratum(children=900, decided=0, rejected=0, eliminated=False)))
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)
    assert recall(()).value is None


def test_its_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, held = Random(4), 0
    truth = 500 * 0.7 / (500 * 0.7 + 2000 * 0.1)
    for nth in range(24):
        caught = sum(rng.random() < 0.7 for _ in range(60))
        missed = sum(rng.random() < 0.1 for _ in range(400))
        found = recall(
            (
                Stratum(children=500, decided=60, rejected=caught, eliminated=True),
                Stratum(children=2000, decided=400, rejected=missed, eliminated=False),
            ),
            seed=nth,
        )
        held += found.low <= truth <= found.high
    assert held >= 20
