"""Word differences between a parent and its child."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from rapidfuzz.distance import LCSseq

from core.domain.tree import Piece

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
# Old words times new ones: so many are compared in some milliseconds and 5 MB.
_MOST = 40_000_000
_REWRITTEN = 0.6
# Words that both texts have in a row: their place among the old and among the new words, and how many.
Run = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Pieces in reading order; `changed` is the share of the shorter text that is not common, 0 to 1."""

    pieces: tuple[Piece, ...]
    changed: float

    @property
    def is_rewritten(self) -> bool:
        return self.changed > _REWRITTEN


def difference(before: str, after: str) -> Difference:
    """By words; texts of tens of thousands of words by lines, and if these are too many too, as a whole."""
    for old, new in (
        (_TOKEN.findall(before), _TOKEN.findall(after)),
        (before.splitlines(keepends=True), after.splitlines(keepends=True)),
    ):
        if len(old) * len(new) <= _MOST:
            return _compared(old, new)
    return _compared([before], [after])


def _compared(old: Sequence[str], new: Sequence[str]) -> Difference:
    pieces = tuple(_joined(_pieces(old, new)))
    same = sum(_letters(text) for sign, text in pieces if sign == "=")
    # Of the shorter text: what only adds or only takes away reads best in place, however much it is.
    shorter = max(1, min(_letters("".join(old)), _letters("".join(new))))
    return Difference(pieces=pieces, changed=1 - same / shorter)


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Space never holds two texts together: it is the same where the words around it are, and then only if it is."""
    olds, news = _words(old), _words(new)
    at_old = at_new = 0
    for i, j, n in _runs([old[place] for place in olds], [new[place] for place in news]):
        whole = old[olds[i] : olds[i + n - 1] + 1]
        steps = [n] if whole == new[news[j] : news[j + n - 1] + 1] else [1] * n
        for step in steps:  # all at once, or word by word where the space between them was changed
            yield from _changed(old[at_old : olds[i]], new[at_new : news[j]])
            i, j = i + step, j + step
            at_old, at_new = olds[i - 1] + 1, news[j - 1] + 1
            yield "=", "".join(whole) if step == n else old[at_old - 1]
    yield from _changed(old[at_old:], new[at_new:])


def _words(tokens: Sequence[str]) -> list[int]:
    return [place for place, token in enumerate(tokens) if not token.isspace()]


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """What stands between two common words."""
    if old == new:
        yield "=", "".join(old)
        return
    most = min(len(old), len(new))
    start = next((nth for nth in range(most) if old[nth] != new[nth]), most)
    end = next((nth for nth in range(most - start) if old[-1 - nth] != new[-1 - nth]), most - start)
    yield "=", "".join(old[:start])
    yield "-", "".join(old[start : len(old) - end])
    yield "+", "".join(new[start : len(new) - end])
    yield "=", "".join(old[len(old) - end :])


def _runs(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """The longest common order of words, without the few words that happen to stand in two long passages that differ."""
    numbers: dict[str, int] = {}
    same = LCSseq.opcodes(*([numbers.setdefault(word, len(numbers)) for word in words] for words in (old, new)))
    olds, news = _until(old), _until(new)  # letters before each word
    kept: list[Run] = []
    for step in (*(one for one in same if one.tag == "equal"), None):
        i, j = (len(old), len(new)) if step is None else (step.src_start, step.dest_start)
        while kept:  # now that it is known what follows the last one
            (a, b, n), before = kept[-1], kept[-2] if len(kept) > 1 else (0, 0, 0)
            left = max(olds[a] - olds[before[0] + before[2]], news[b] - news[before[1] + before[2]])
            right = max(olds[i] - olds[a + n], news[j] - news[b + n])
            if olds[a + n] - olds[a] > min(left, right):
                break
            kept.pop()
        if step is not None:
            kept.append((i, j, step.src_end - step.src_start))
    return kept


def _until(words: Sequence[str]) -> list[int]:
    return list(accumulate(map(len, words), initial=0))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Without empty pieces, and neighbours of one kind as one."""
    for sign, group in groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0]):
        yield sign, "".join(text for _, text in group)


def _letters(text: str) -> int:
    return sum(map(len, text.split()))
