"""Vectors onto a map: PCA to 50 dimensions, exact neighbours, t-SNE of at most so many, the others beside their nearest ones.

Everything follows from the vectors and the seed. openTSNE and SciPy are loaded when something is laid out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Tell = Callable[[int, int], None]  # so many steps are done, of so many

DIMENSIONS = 50
_BLOCK = 512  # rows whose distances to all others are in memory at once
_FEW = 16
_EXAGGERATED, _ITERATIONS, _EVERY = 250, 500, 25  # openTSNE's own defaults, and how often it says how far it is
_FEWEST = 8  # below that there are no neighbourhoods to speak of: the two main axes are the map
NEAREST = 5  # laid-out points beside which another one goes
_SPREAD = 1e-4  # openTSNE's size of a beginning


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """Of each row its nearest others, the nearest first, with their distances."""

    rows: Ints
    distances: npt.NDArray[np.float64]


def reduced(matrix: Floats, dimensions: int = DIMENSIONS) -> Floats:
    """Principal components, exact: by the covariance's eigenvectors, each turned so that its largest part is positive."""
    mean = matrix.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((matrix.shape[1], matrix.shape[1]))
    for first in range(0, len(matrix), 16 * _BLOCK):
        centred = matrix[first : first + 16 * _BLOCK] - mean
        covariance += centred.T @ centred
    _, axes = np.linalg.eigh(covariance)
    axes = axes[:, ::-1][:, : min(dimensions, matrix.shape[1])]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.concatenate(
        [
            ((matrix[first : first + 16 * _BLOCK] - mean) @ axes).astype(np.float32)
            for first in range(0, len(matrix), 16 * _BLOCK)
        ]
    )


def neighbours(of: Floats, among: Floats, k: int, tell: Tell, *, is_same: bool) -> Neighbours:
    """The k nearest rows of `among`, exactly, block by block. `is_same`: both are the same rows, and none is its own neighbour."""
    rows, distances = np.empty((len(of), k), np.int64), np.empty((len(of), k))
    # One product gives |b|² − 2ab; a row's own |a|² changes no order, and is added to what is kept.
    ones = np.ones((len(of), 1), np.float32)
    left = np.concatenate([of, ones], axis=1)
    right = np.concatenate([-2 * among, np.einsum("ij,ij->i", among, among)[:, None]], axis=1).T.copy()
    own = np.einsum("ij,ij->i", of, of)[:, None]
    for first in range(0, len(of), _BLOCK):
        here = slice(first, min(first + _BLOCK, len(of)))
        apart = left[here] @ right
        if is_same:
            apart[np.arange(len(apart)), np.arange(here.start, here.stop)] = np.inf
        nearest, found = _least(apart, k)
        rows[here], distances[here] = nearest, np.sqrt(np.maximum(found + own[here], 0.0))
        tell(here.stop, len(of))
    return Neighbours(rows=rows, distances=distances)


def _least(apart: Floats, k: int) -> tuple[Ints, Floats]:
    """Of each row the k least numbers, the least first, and where they stand. Spoils what it is given."""
    if k <= _FEW:  # looking for the least one again and again is twenty times as fast
        every = np.arange(len(apart))
        nearest, found = np.empty((len(apart), k), np.int64), np.empty((len(apart), k), np.float32)
        for turn in range(k):
            nearest[:, turn] = apart.argmin(axis=1)
            found[:, turn] = apart[every, nearest[:, turn]]
            apart[every, nearest[:, turn]] = np.inf
        return nearest, found
    nearest = np.argpartition(apart, k - 1, axis=1)[:, :k]
    found = np.take_along_axis(apart, nearest, axis=1)
    order = np.lexsort((nearest, found), axis=1)
    return np.take_along_axis(nearest, order, axis=1), np.take_along_axis(found, order, axis=1)


def usable_perplexity(n: int, perplexity: float) -> float:
    """So many points have no more than a third of their number as neighbours."""
    return max(1.0, min(perplexity, (n - 1) / 3))


def laid_out(points: Floats, near: Neighbours, perplexity: float, rng_seed: int, threads: int, tell: Tell) -> Floats:
    """t-SNE's place of every point, centred. `near` must have three times as many neighbours as the perplexity."""
    if len(points) < _FEWEST:
        return _axes(points).astype(np.float32)
    from openTSNE import TSNE, affinity
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    affinities = affinity.PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(near.rows, near.distances), perplexity=perplexity, n_jobs=threads,
        random_state=rng_seed,
    )  # fmt: skip
    tsne = TSNE(
        early_exaggeration_iter=_EXAGGERATED, n_iter=_ITERATIONS, n_jobs=threads, random_state=rng_seed,
        callbacks=_Said(tell), callbacks_every_iters=_EVERY,
    )  # fmt: skip
    found = np.asarray(tsne.fit(affinities=affinities, initialization=_beginning(points, rng_seed)))
    return np.asarray(found - found.mean(axis=0), np.float32)


def placed(near: Neighbours, xy: Floats) -> Floats:
    """Where others go: at the mean of their nearest laid-out points, the nearer the more."""
    nearest, distances = near.rows[:, :NEAREST], near.distances[:, :NEAREST]
    scale = np.maximum(distances[:, :1], 1e-6)
    weights = np.exp(1 - (distances / scale) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("ij,ijk->ik", weights, xy[nearest]), np.float32)


class _Said:
    """openTSNE counts each of its two phases anew: here they are one way."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._done = tell, 0

    def __call__(self, _: int, __: float, ___: Any) -> bool:
        self._done += _EVERY
        self._tell(self._done, _EXAGGERATED + _ITERATIONS)
        return False  # it goes on


def _beginning(points: Floats, rng_seed: int) -> npt.NDArray[np.float64]:
    """The two main axes, small, with a trace of chance: points that are the same would else never part."""
    axes = _axes(points)
    chance = np.random.default_rng(rng_seed).normal(size=axes.shape)
    return np.asarray(_SPREAD * (axes + 0.01 * chance))


def _axes(points: Floats) -> npt.NDArray[np.float64]:
    """The first two components, so that the first one's spread is 1."""
    two = np.zeros((len(points), 2))
    two[:, : min(2, points.shape[1])] = points[:, :2]
    return (
        np.asarray(two / max(float(two[:, 0].std()), 1e-12)) if len(points) > 1 and two[:, 0].std() > 1e-9 else two * 0
    )
