"""Rows that say nearly the same as an older one: found by their signatures, then compared word for word."""

from collections.abc import Callable, Sequence

from core.evolution.text import shingles
from core.review import near_duplicates as near
from core.services.reviewing.duplicates import ALIKE
from core.store.export_rows import Rows


def nearly_repeated(rows: Rows, keys: Sequence[int], tell: Callable[[float], None]) -> set[int]:
    """The places of rows that share so many three-word runs (ALIKE) with an older one that stays.

    The oldest of each group of likely ones stays, and whoever is not truly like it.
    """
    signatures = near.table(len(keys))
    place = 0
    for page in rows.texts(keys):
        for text in page:
            signatures[place] = near.signature(" ".join(run).encode() for run in shingles(text))
            place += 1
        tell(place / len(keys))
    groups = near.groups(signatures, ALIKE)
    texts = _texts(rows, keys, sorted({place for group in groups for place in group}))
    return {place for group in groups for place in _like_the_first(group, texts)}


def _texts(rows: Rows, keys: Sequence[int], places: list[int]) -> dict[int, str]:
    found = [text for page in rows.texts([keys[place] for place in places]) for text in page]
    return dict(zip(places, found, strict=True))


def _like_the_first(group: list[int], texts: dict[int, str]) -> list[int]:
    own = shingles(texts[group[0]])
    return [place for place in group[1:] if near.jaccard(own, shingles(texts[place])) >= ALIKE]
