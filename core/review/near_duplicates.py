"""Texts that say nearly the same: signatures by MinHash, candidates by bands of them, groups around the oldest of each.

Jaccard similarity of sets of shingles. A signature holds 96 numbers of 32 bits; two of them agree in about the share that the
sets have in common (standard error 4 points at 80 %), so groups are checked against the real sets before they are shown.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS, ROWS = (
    96,
    4,
)  # 24 bands of 4: a pair alike by 60 % is found with 96 % certainty, by 80 % practically always
_SLACK = 0.12  # three standard errors: the signatures may let this much less pass

Signatures = NDArray[np.uint32]


def signature(shingles: Iterable[bytes]) -> Signatures:
    """96 numbers for a set; of an empty set, the largest ones."""
    from datasketch import MinHash  # loads scipy, which an idle app does not

    made = MinHash(num_perm=PERMUTATIONS, permutations=_permutations(), scheme="affine32")
    made.update_batch(shingles)
    return np.asarray(made.hashvalues, dtype=np.uint32)


@cache
def _permutations() -> Any:
    """The same for every text, made once: they cost more than the rest."""
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32").permutations


def table(n: int) -> Signatures:
    """Room for the signatures of so many texts, a row each: 384 bytes."""
    return np.empty((n, PERMUTATIONS), dtype=np.uint32)


def groups(signatures: Signatures, alike: float) -> list[list[int]]:
    """Row numbers of signatures that are alike, lowest first in each group and among groups. One row is in one group at most."""
    parent = list(range(len(signatures)))

    def root(of: int) -> int:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    for first, other in _candidates(signatures):
        one, two = root(first), root(other)
        if one != two and _agreement(signatures[one], signatures[other]) >= alike - _SLACK:
            parent[max(one, two)] = min(one, two)
    found: dict[int, list[int]] = {}
    for row in range(len(parent)):
        if (top := root(row)) != row:
            found.setdefault(top, [top]).append(row)
    return [found[top] for top in sorted(found)]


def jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Shared over all, 0 to 1. Two empty sets are alike."""
    return len(one & other) / len(one | other) if one or other else 1.0


def _candidates(signatures: Signatures) -> Iterator[tuple[int, int]]:
    """Pairs of rows that have a whole band in common: each row with the lowest one of its bucket."""
    for band in range(0, PERMUTATIONS, ROWS):
        keys = np.ascontiguousarray(signatures[:, band : band + ROWS]).view(np.dtype((np.void, 4 * ROWS))).ravel()
        _, first, of = np.unique(keys, return_index=True, return_inverse=True)
        heads = first[of]
        for row in np.flatnonzero(heads != np.arange(len(keys))):
            yield int(heads[row]), int(row)


def _agreement(one: Signatures, other: Signatures) -> float:
    return float(np.mean(one == other))
