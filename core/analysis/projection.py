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
_BLOCK = 1_024  # rows whose distances to all others are in memory at once
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
    for first in range(0, len(matrix), 8 * _BLOCK):
        centred = matrix[first : first + 8 * _BLOCK] - mean
        covariance += centred.T @ centred
    _, axes = np.linalg.eigh(covariance)
    axes = axes[:, ::-1][:, : min(dimensions, matrix.shape[1])]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.concatenate(
        [
            ((matrix[first : first + 8 * _BLOCK] - mean) @ axes).astype(np.float32)
            for first in range(0, len(matrix), 8 * _BLOCK)
        ]
    )


def neighbours(of: Floats, among: Floats, k: int, tell: Tell, *, is_same: bool) -> Neighbours:
    """The k nearest rows of `among`, exactly, block by block. `is_same`: both are the same rows, and none is its own neighbour."""
    rows, distances = np.empty((len(of), k), np.int64), np.empty((len(of), k))
    squares = np.einsum("ij,ij->i", among, among)
    for first in range(0, len(of), _BLOCK):
        block = of[first : first + _BLOCK]
        apart = squares - 2 * (block @ among.T)  # without the block's own squares: they change no order
        here = np.arange(len(block))
        if is_same:
            apart[here, first + here] = np.inf
        nearest = np.argpartition(apart, k - 1, axis=1)[:, :k] if k < len(among) else np.argsort(apart, axis=1)[:, :k]
        found = np.take_along_axis(apart, nearest, axis=1) + np.einsum("ij,ij->i", block, block)[:, None]
        order = np.lexsort((nearest, found), axis=1)
        rows[first : first + _BLOCK] = np.take_along_axis(nearest, order, axis=1)
        distances[first : first + _BLOCK] = np.sqrt(np.maximum(np.take_along_axis(found, order, axis=1), 0.0))
        tell(min(first + _BLOCK, len(of)), len(of))
    return Neighbours(rows=rows, distances=distances)


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
