"""Word differences between a parent and its child."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from core.domain.tree import Piece

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
# Pairs of equal words: the cost of a diff. A model caught in a loop ("very very very …") makes millions, and minutes.
_MOST_PAIRS = 60_000
_REWRITTEN = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Pieces in reading order; `changed` is the share of the shorter text that is not common, 0 to 1."""

    pieces: tuple[Piece, ...]
    changed: float

    @property
    def is_rewritten(self) -> bool:
        return self.changed > _REWRITTEN


def difference(before: str, after: str) -> Difference:
    """By words; by lines where words repeat so often that comparing them would take seconds; else as a whole."""
    for old, new in (
        (_TOKEN.findall(before), _TOKEN.findall(after)),
        (before.splitlines(keepends=True), after.splitlines(keepends=True)),
    ):
        start, end = _common_ends(old, new)
        middle = old[start : len(old) - end], new[start : len(new) - end]
        if _pairs(*middle) <= _MOST_PAIRS:
            return _compared(old[:start], *middle, old[len(old) - end :])
    return _compared([], [before], [after], [])


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many tokens both begin with, and end with: most evolutions only add, and what is compared costs its square."""
    most = min(len(old), len(new))
    start = next((nth for nth in range(most) if old[nth] != new[nth]), most)
    end = next((nth for nth in range(most - start) if old[-1 - nth] != new[-1 - nth]), most - start)
    return start, end


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(token for token in old if not token.isspace())
    return sum(counts[token] for token in new)


def _compared(before: Sequence[str], old: Sequence[str], new: Sequence[str], after: Sequence[str]) -> Difference:
    """The difference between `old` and `new`, which stand between what both texts begin and end with."""
    pieces: list[Piece] = [("=", "".join(before))]
    same = _visible(before) + _visible(after)
    for tag, i1, i2, j1, j2 in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(old[i1:i2])))
            same += _visible(old[i1:i2])
            continue
        if i2 > i1:
            pieces.append(("-", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(("+", "".join(new[j1:j2])))
    pieces.append(("=", "".join(after)))
    # Of the shorter text: what only adds or only takes away reads best in place, however much it is.
    ends = _visible(before) + _visible(after)
    shorter = max(1, ends + min(_visible(old), _visible(new)))
    return Difference(pieces=tuple(_joined(pieces)), changed=1 - same / shorter)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Without empty pieces, and two that are equal as one."""
    for sign, group in groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0]):
        yield sign, "".join(text for _, text in group)


def _visible(tokens: Sequence[str]) -> int:
    return sum(map(len, "".join(tokens).split()))
