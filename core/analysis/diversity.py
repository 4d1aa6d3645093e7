"""How unlike one another texts are, measured on their embeddings: unit vectors, a row each.

Every measure here depends on how many texts there are, so groups are compared at an equal number of them (core/analysis/halves.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.diversity import ALIKE_FROM, DIVERSITY, Measure

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_RADIUS = 0.95  # share of its own texts that lie inside the radius of a reference cluster
OUTSIDE = -1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Regions:
    """Clusters of a reference set: unit centres, and the cosine from which on a text lies inside."""

    centres: Vectors
    least: Floats

    def __len__(self) -> int:
        return len(self.centres)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Texts:
    """Texts of one group: vectors, and of each the seed that it grew from, its cluster, and what it is in with others.

    `regions` are reference clusters, `wordings` groups of near-duplicates by words, `cells` those of skill × difficulty; each
    may be OUTSIDE: in none.
    """

    vectors: Vectors
    seeds: Ints
    clusters: Ints
    regions: Ints
    wordings: Ints
    cells: Ints
    n_clusters: int
    n_regions: int = 0


def vendi(vectors: Vectors) -> float:
    """Vendi score (Friedman and Dieng 2023): exp of the entropy of the eigenvalues of K / n, K the cosines. 1 of identical texts, n of orthogonal ones.

    XᵀX / n has the same eigenvalues besides zeros, so no matrix is larger than the number of dimensions: this is exact.
    """
    many, dimensions = vectors.shape
    wide = vectors.astype(np.float64)
    kernel = (wide @ wide.T if many < dimensions else wide.T @ wide) / many
    values = np.linalg.eigvalsh(kernel)
    kept = values[values > 1e-12]
    return float(np.exp(-(kept * np.log(kept)).sum()))


def evenness(clusters: Ints, of: int) -> float:
    """Shannon entropy of the shares of `of` clusters over the largest that so many texts can have: 0 to 1. NaN of one text, or one cluster."""
    most = min(of, len(clusters))
    if most < 2:
        return float("nan")
    shares = np.bincount(clusters, minlength=of) / len(clusters)
    shares = shares[shares > 0]
    return float(max(0.0, -(shares * np.log(shares)).sum()) / np.log(most))


def filled(places: Ints, of: int) -> float:
    """The share of `of` places that hold at least one text. NaN of no places."""
    return len(np.unique(places[places != OUTSIDE])) / of if of else float("nan")


def k_means(vectors: Vectors, k: int, seed: int) -> Vectors:
    """Centres of k clusters (fewer of fewer different texts), brought to unit length again; the same for the same seed."""
    from sklearn.cluster import KMeans  # loads scipy, which an idle app does not
    from threadpoolctl import threadpool_limits

    different = len({row.tobytes() for row in vectors})
    with threadpool_limits(1):  # as in halves.py
        found = KMeans(n_clusters=min(k, different), n_init=3, random_state=seed).fit(vectors)
    centres = np.asarray(found.cluster_centers_, dtype=np.float32)
    unit: Vectors = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    return unit


def belonging(vectors: Vectors, centres: Vectors) -> Ints:
    """The centre that each text is nearest to."""
    return np.argmax(vectors @ centres.T, axis=1).astype(np.int64) if len(vectors) else np.empty(0, np.int64)


def regions_of(reference: Vectors, k: int, seed: int) -> Regions:
    """The clusters of a reference set. Each reaches as far as 95 % of its own texts do: the outermost say little of where it ends."""
    centres = k_means(reference, k, seed)
    similar = reference @ centres.T
    own = np.argmax(similar, axis=1)
    held = np.unique(own)
    least = [float(np.quantile(similar[own == one, one], 1 - _RADIUS)) for one in held]
    return Regions(centres=centres[held], least=np.asarray(least))


def within(vectors: Vectors, regions: Regions) -> Ints:
    """The reference cluster whose centre is nearest to each text, or OUTSIDE if it lies farther off than that one reaches."""
    if not len(vectors):
        return np.empty(0, np.int64)
    similar = vectors @ regions.centres.T
    own = np.argmax(similar, axis=1)
    inside = similar[np.arange(len(own)), own] >= regions.least[own] - 1e-6  # float32 rounds
    return np.where(inside, own, OUTSIDE).astype(np.int64)


def measures(texts: Texts, rows: Ints) -> Floats:
    """Every measure of DIVERSITY, in its order, of these rows. NaN where it is not defined."""
    vectors = texts.vectors[rows]
    closest = _closest(vectors)
    wordings = texts.wordings[rows]
    own = wordings[wordings != OUTSIDE]
    shared = np.bincount(own)[own] > 1 if len(own) else np.zeros(0)
    cells = texts.cells[rows]
    found = {
        Measure.NEAREST: 1.0 - float(closest.mean()),
        Measure.ENTROPY: evenness(texts.clusters[rows], texts.n_clusters),
        Measure.COVERED: filled(texts.regions[rows], texts.n_regions),
        Measure.VENDI: vendi(vectors),
        Measure.ALIKE: float((closest >= ALIKE_FROM).mean()),
        Measure.REWORDED: float(shared.sum()) / len(rows),
        Measure.CELLS: float(len(np.unique(cells[cells != OUTSIDE]))) if (texts.cells != OUTSIDE).any() else np.nan,
    }
    return np.array([found[one] for one in DIVERSITY])


def _closest(vectors: Vectors) -> Floats:
    """The cosine of every text to the one most like it: every pair is compared. Of one text alone: NaN."""
    if len(vectors) < 2:
        return np.full(len(vectors), np.nan)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -2.0)  # nothing is its own neighbour
    closest: Floats = np.clip(similar.max(axis=1), -1.0, 1.0).astype(np.float64)
    return closest
