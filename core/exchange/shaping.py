"""Lots that everybody can draw again: a sample, a split by lineage, an order. Each follows from a seed and from ids alone.

A lot is a number made of the seed, of what it is drawn for, and of the id: the same on every machine, whatever the project's numbers.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from core.errors import BadInput


def lot(seed: int, what: str, id_: str) -> bytes:
    """Eight bytes that decide where `id_` comes."""
    return hashlib.blake2b(f"{seed}:{what}:{id_}".encode(), digest_size=8).digest()


def repeated(hashes: Sequence[str]) -> set[int]:
    """The places of texts that stood there before."""
    seen: set[str] = set()
    found: set[int] = set()
    for place, hash_ in enumerate(hashes):
        if hash_ in seen:
            found.add(place)
        seen.add(hash_)
    return found


def sample(ids: Sequence[str], n: int, seed: int) -> list[int]:
    """The places of `n` of these, by lot, in their order. All of them if there are no more."""
    if n >= len(ids):
        return list(range(len(ids)))
    return sorted(sorted(range(len(ids)), key=lambda place: lot(seed, "sample", ids[place]))[:n])


def shuffled(ids: Sequence[str], seed: int) -> list[int]:
    """All places in an order by lot."""
    return sorted(range(len(ids)), key=lambda place: lot(seed, "order", ids[place]))


def held_out(seeds: Sequence[str], share: float, seed: int) -> set[str]:
    """The lineages (each row's seed is given) whose rows together are at most this share of all, drawn by lot; one at least.

    A lineage is whole on one side, so the share is met as nearly as the sizes of lineages allow. BadInput if there is only one.
    """
    sizes = Counter(seeds)
    if len(sizes) < 2:
        raise BadInput(
            "There is only one lineage, which cannot be split",
            to_do="Take more rows, or take them out without a test split.",
        )
    room = share * len(seeds)
    found: set[str] = set()
    drawn = sorted(sizes, key=lambda one: (lot(seed, "test", one), one))
    for one in drawn:
        if sizes[one] <= room and len(found) < len(sizes) - 1:
            found.add(one)
            room -= sizes[one]
    return found or {min(drawn, key=sizes.__getitem__)}
