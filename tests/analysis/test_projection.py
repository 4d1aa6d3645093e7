"""Laying out vectors: PCA and neighbours agree with scikit-learn's, planted groups stay together, the same seed gives the same map."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from core.analysis import projection
from core.analysis.projection import Floats, Neighbours


def tell_nobody(_: int, __: int) -> None:
    """For whoever does not want to know."""


def blobs(groups: int, each: int, seed: int = 3, apart: float = 12.0) -> tuple[Floats, np.ndarray]:
    """Points in 30 dimensions around so many middles; which middle each has."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(groups, 30)) * apart
    group = np.repeat(np.arange(groups), each)
    return (middles[group] + rng.normal(size=(len(group), 30))).astype(np.float32), group


def near(points: Floats, k: int) -> Neighbours:
    return projection.neighbours(points, points, k, tell_nobody, is_same=True)


def laid(points: Floats, perplexity: float = 10.0, seed: int = 7) -> Floats:
    return projection.laid_out(points, near(points, min(30, len(points) - 1)), perplexity, seed, 1, tell_nobody)


def test_principal_components_are_scikit_learns_up_to_their_sign() -> None:
    points, _ = blobs(4, 50)
    ours, theirs = projection.reduced(points, 5), PCA(5, svd_solver="full").fit_transform(points)
    for axis in range(5):
        assert abs(np.corrcoef(ours[:, axis], theirs[:, axis])[0, 1]) == pytest.approx(1.0, abs=1e-4)
        assert ours[:, axis].std() == pytest.approx(theirs[:, axis].std(), rel=1e-3)


@pytest.mark.parametrize("k", [7, 20])
def test_neighbours_are_scikit_learns_and_nobody_is_its_own(k: int) -> None:
    points, _ = blobs(5, 300, apart=1.0)  # more than one block
    ours = near(points, k)
    theirs = NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points)
    np.testing.assert_allclose(ours.distances, theirs[0][:, 1:], rtol=1e-3, atol=1e-3)
    assert (ours.rows != np.arange(len(points))[:, None]).all()
    assert (ours.rows == theirs[1][:, 1:]).mean() > 0.999


def test_what_belongs_together_lies_together_and_the_seed_decides_the_rest() -> None:
    points, group = blobs(5, 60)
    xy = laid(points)
    nearest = near(xy, 5).rows
    assert (group[nearest] == group[:, None]).mean() > 0.98
    np.testing.assert_array_equal(xy, laid(points))
    assert not np.array_equal(xy, laid(points, seed=8))
    np.testing.assert_allclose(xy.mean(axis=0), 0.0, atol=1e-3)


def test_a_layout_says_how_far_it_is_to_its_end() -> None:
    points, _ = blobs(2, 20)
    said: list[tuple[int, int]] = []
    projection.laid_out(points, near(points, 30), 10.0, 7, 1, lambda done, total: said.append((done, total)))
    assert [done for done, _ in said] == sorted({done for done, _ in said})
    assert said[-1] == (750, 750)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9])
def test_few_points_have_a_place_each(n: int) -> None:
    points, _ = blobs(1, n)
    perplexity = projection.usable_perplexity(n, 30.0)
    xy = projection.laid_out(points, near(points, min(int(3 * perplexity), n - 1)), perplexity, 7, 1, tell_nobody)
    assert xy.shape == (n, 2)
    assert np.isfinite(xy).all()


def test_points_that_are_all_the_same_have_finite_places() -> None:
    xy = laid(np.ones((40, 30), np.float32))
    assert np.isfinite(xy).all()


def test_others_go_beside_what_they_are_like() -> None:
    points, group = blobs(4, 100)
    is_drawn = np.arange(len(points)) % 2 == 0
    xy = laid(points[is_drawn])
    beside = projection.neighbours(points[~is_drawn], points[is_drawn], projection.NEAREST, tell_nobody, is_same=False)
    places = projection.placed(beside, xy)
    nearest = projection.neighbours(places, xy, 1, tell_nobody, is_same=False).rows[:, 0]
    assert (group[is_drawn][nearest] == group[~is_drawn]).mean() > 0.98
    same = projection.neighbours(points[is_drawn], points[is_drawn], 1, tell_nobody, is_same=False)
    np.testing.assert_allclose(projection.placed(same, xy), xy, atol=1e-5)
