"""Texts that are drawn from a known world: seeds lie around a few topics, what grew from a seed lies around it."""

import numpy as np

from core.analysis.diversity import (
    OUTSIDE,
    Floats,
    Ints,
    Regions,
    Texts,
    Vectors,
    belonging,
    k_means,
    regions_of,
    within,
)

DIMENSIONS = 24


def unit(rows: Floats) -> Vectors:
    """At length 1."""
    found: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def world(rng: np.random.Generator, seeds: int, topics: Floats, *, apart: float = 0.5) -> tuple[Vectors, Ints]:
    """Vectors, and the seed of each: one to five texts a seed. `apart`: how far seeds of one topic lie from each other."""
    middles = topics[rng.integers(0, len(topics), seeds)] + apart * rng.normal(size=(seeds, DIMENSIONS))
    of = np.repeat(np.arange(seeds), rng.integers(1, 6, size=seeds))
    return unit(middles[of] + 0.2 * rng.normal(size=(len(of), DIMENSIONS))), of


class Scales:
    """Clusters and reference clusters that stand fixed while worlds are drawn again and again."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.topics = rng.normal(size=(8, DIMENSIONS))
        self.centres = k_means(world(rng, 800, self.topics)[0], 12, 0)
        self.regions: Regions = regions_of(
            world(rng, 300, 0.5 * self.topics + rng.normal(size=(8, DIMENSIONS)) / 2)[0], 15, 0
        )

    def texts(self, vectors: Vectors, seeds: Ints) -> Texts:
        """These, measured by the scales; every tenth wording is shared with another text."""
        clusters = belonging(vectors, self.centres)
        return Texts(
            vectors=vectors, seeds=seeds, clusters=clusters, regions=within(vectors, self.regions),
            wordings=np.where(np.arange(len(seeds)) % 5 < 1, seeds // 2, OUTSIDE), cells=clusters,
            n_clusters=len(self.centres), n_regions=len(self.regions),
        )  # fmt: skip
