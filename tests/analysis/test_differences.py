"""Probabilities of differences, and their correction."""

import numpy as np
import pytest

from core.analysis.differences import bootstrap_p, holm


def test_the_probability_agrees_with_the_percentile_interval() -> None:
    rng = np.random.default_rng(0)
    for middle in np.linspace(0, 4, 30):
        rounds = rng.normal(middle, 1, 4_000)
        p = bootstrap_p(rounds)
        low, _ = np.quantile(rounds, (0.025, 0.975))
        assert p is not None
        assert (p < 0.05) == (low > 0) or abs(low) < 0.02


def test_a_probability_is_never_0_and_never_above_1() -> None:
    assert bootstrap_p(np.arange(1.0, 1_000)) == pytest.approx(2 / 1_000)
    assert bootstrap_p(np.array([-1.0, 0, 1.0])) == 1


def test_there_is_none_where_nothing_varies_or_nothing_is_defined() -> None:
    assert bootstrap_p(np.zeros(50)) is None
    assert bootstrap_p(np.full(50, np.nan)) is None


def test_holm_is_that_of_the_definition() -> None:
    """Holm 1979: the smallest times how many there are, the next times one less, never falling, at most 1."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_what_has_no_probability_counts_for_nothing() -> None:
    assert holm([0.02, None, 0.03]) == [pytest.approx(0.04), None, pytest.approx(0.04)]
    assert holm([None]) == [None]
