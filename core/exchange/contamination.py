"""Whether a text says what a test set asks: so many words in a row in common (Brown et al. 2020, appendix C, use 13).

A text of the set with fewer words than that is looked for whole; one with fewer than eight has to be the whole text, because a
question so short may stand in another one by chance.
"""

from collections.abc import Sequence

_LEAST_INSIDE = 8

Words = Sequence[str]


class Overlap:
    """The runs of words of a test set. Add its texts, then ask."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._runs: dict[int, set[tuple[str, ...]]] = {}
        self._whole: set[tuple[str, ...]] = set()

    def add(self, words: Words) -> None:
        """The words of one text of the set."""
        if not words:
            return
        size = min(self._n, len(words))
        if size == len(words) and size < _LEAST_INSIDE:
            self._whole.add(tuple(words))
        else:
            self._runs.setdefault(size, set()).update(_runs(words, size))

    def has(self, words: Words) -> bool:
        """Whether a text with these words shares a run with the set."""
        if tuple(words) in self._whole:
            return True
        return any(not runs.isdisjoint(_runs(words, size)) for size, runs in self._runs.items())


def _runs(words: Words, size: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[at:] for at in range(size)), strict=False))
