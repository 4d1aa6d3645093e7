"""Measures of diversity: limit cases, and a second way to each."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.diversity import (
    OUTSIDE,
    Texts,
    Vectors,
    evenness,
    filled,
    k_means,
    measures,
    regions_of,
    vendi,
    within,
)
from core.domain.diversity import DIVERSITY, Measure
from tests.analysis.drawing import unit


def some(n: int, seed: int = 0, dimensions: int = 16) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(n, dimensions)))


def test_identical_texts_have_a_vendi_score_of_1() -> None:
    assert vendi(np.repeat(some(1), 30, axis=0)) == pytest.approx(1)


@pytest.mark.parametrize("n", [1, 2, 7, 16])
def test_orthogonal_texts_have_a_vendi_score_of_their_number(n: int) -> None:
    assert vendi(np.eye(16, dtype=np.float32)[:n]) == pytest.approx(n)


def test_two_groups_of_identical_texts_are_worth_two() -> None:
    assert vendi(np.repeat(np.eye(4, dtype=np.float32)[:2], 10, axis=0)) == pytest.approx(2)


def test_two_texts_follow_the_published_formula() -> None:
    """K / n of two texts at cosine c has the eigenvalues (1 + c) / 2 and (1 - c) / 2."""
    c = 0.6
    pair = np.array([[1, 0], [c, math.sqrt(1 - c * c)]], dtype=np.float32)
    shares = np.array([(1 + c) / 2, (1 - c) / 2])
    assert vendi(pair) == pytest.approx(math.exp(-(shares * np.log(shares)).sum()), rel=1e-5)


@pytest.mark.parametrize("n", [3, 16, 17, 90])
def test_vendi_is_the_entropy_of_the_whole_kernel_matrix(n: int) -> None:
    vectors = some(n, n).astype(np.float64)
    values = np.linalg.eigvalsh(vectors @ vectors.T / n)
    values = values[values > 1e-9]
    assert vendi(vectors.astype(np.float32)) == pytest.approx(math.exp(-(values * np.log(values)).sum()), rel=1e-4)


@given(st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_vendi_lies_between_1_and_the_number_of_texts_or_dimensions(n: int, seed: int) -> None:
    assert 1 - 1e-6 <= vendi(some(n, seed)) <= min(n, 16) + 1e-6


def test_the_distance_to_the_nearest_is_that_of_comparing_all() -> None:
    from sklearn.neighbors import NearestNeighbors

    vectors, numbers = some(100), np.arange(100)
    distance, _ = NearestNeighbors(n_neighbors=2, metric="cosine").fit(vectors[::2]).kneighbors(vectors[::2])
    texts = Texts(
        vectors=vectors, seeds=numbers, clusters=numbers, regions=numbers, wordings=np.full(100, OUTSIDE), cells=numbers,
        n_clusters=100,
    )  # fmt: skip
    found = measures(texts, numbers[::2])
    assert found[DIVERSITY.index(Measure.NEAREST)] == pytest.approx(distance[:, 1].mean(), abs=1e-5)


def test_evenness_is_1_where_all_clusters_are_equally_full_and_0_where_one_has_all() -> None:
    assert evenness(np.arange(40) % 4, 4) == pytest.approx(1)
    assert evenness(np.zeros(40, np.int64), 4) == 0


def test_evenness_of_fewer_texts_than_clusters_is_told_of_what_they_could_fill() -> None:
    assert evenness(np.arange(5), 20) == pytest.approx(1)
    assert math.isnan(evenness(np.arange(1), 20))


def test_evenness_agrees_with_scipy() -> None:
    from scipy.stats import entropy

    clusters = np.random.default_rng(1).integers(0, 6, 200)
    assert evenness(clusters, 6) == pytest.approx(entropy(np.bincount(clusters), base=6))


def test_places_that_nobody_is_in_are_not_filled() -> None:
    assert filled(np.array([0, 0, 2, OUTSIDE]), 4) == 0.5
    assert filled(np.array([OUTSIDE]), 4) == 0
    assert math.isnan(filled(np.array([OUTSIDE]), 0))


def test_a_reference_set_covers_itself_and_nothing_covers_what_lies_elsewhere() -> None:
    reference = unit(np.repeat(np.eye(6), 30, axis=0) + 0.1 * np.random.default_rng(2).normal(size=(180, 6)))
    regions = regions_of(reference, 6, 0)
    inside = within(reference, regions)
    assert filled(inside, len(regions)) == 1
    assert (inside == OUTSIDE).mean() == pytest.approx(0.05, abs=0.02)  # the outermost twentieth of each cluster
    assert filled(within(-reference, regions), len(regions)) == 0


def test_a_reference_cluster_counts_as_soon_as_one_text_lies_inside() -> None:
    reference = unit(np.repeat(np.eye(4), 20, axis=0) + 0.05 * np.random.default_rng(3).normal(size=(80, 4)))
    regions = regions_of(reference, 4, 0)
    assert filled(within(np.eye(4, dtype=np.float32)[:1], regions), len(regions)) == 0.25


def test_clusters_are_the_same_for_the_same_seed_and_no_more_than_there_are_texts() -> None:
    assert (k_means(some(60), 5, 1) == k_means(some(60), 5, 1)).all()
    assert len(k_means(np.repeat(some(3), 9, axis=0), 20, 0)) == 3


def test_measures_of_copies_and_of_texts_that_have_nothing_in_common() -> None:
    far, copies = np.eye(12, dtype=np.float32), np.repeat(np.eye(12, dtype=np.float32)[:1], 12, axis=0)
    numbers = np.arange(12)
    for vectors, wordings, nearest_, alike, worth in (
        (far, np.full(12, OUTSIDE), 1, 0, 12),
        (copies, np.zeros(12, np.int64), 0, 1, 1),
    ):
        texts = Texts(
            vectors=vectors, seeds=numbers, clusters=numbers, regions=np.full(12, OUTSIDE), wordings=wordings,
            cells=np.full(12, OUTSIDE), n_clusters=12,
        )  # fmt: skip
        found = dict(zip(DIVERSITY, measures(texts, numbers), strict=True))
        assert found[Measure.NEAREST] == pytest.approx(nearest_, abs=1e-6)
        assert found[Measure.ALIKE] == alike
        assert found[Measure.REWORDED] == alike
        assert found[Measure.VENDI] == pytest.approx(worth)
        assert math.isnan(found[Measure.COVERED])
        assert math.isnan(found[Measure.CELLS])


def test_a_wording_counts_only_where_another_text_of_it_is_drawn() -> None:
    texts = Texts(
        vectors=some(4), seeds=np.arange(4), clusters=np.zeros(4, np.int64), regions=np.full(4, OUTSIDE),
        wordings=np.array([5, 5, 7, OUTSIDE]), cells=np.array([0, 0, 1, OUTSIDE]), n_clusters=2,
    )  # fmt: skip
    at = DIVERSITY.index(Measure.REWORDED)
    assert measures(texts, np.array([0, 1, 2, 3]))[at] == 0.5
    assert measures(texts, np.array([0, 2, 3]))[at] == 0
    assert measures(texts, np.array([0, 1, 2, 3]))[DIVERSITY.index(Measure.CELLS)] == 2
