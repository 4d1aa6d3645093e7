"""Word differences between a parent and its child."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.domain.tree import Piece

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD_LIMIT = 1_500  # beyond this a word diff is quadratic seconds: lines instead
_REWRITTEN = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Pieces in reading order; `changed` is the share of words that are not common, 0 to 1."""

    pieces: tuple[Piece, ...]
    changed: float

    @property
    def is_rewritten(self) -> bool:
        return self.changed > _REWRITTEN


def difference(before: str, after: str) -> Difference:
    """By words; by lines when either text is longer than 1,500 tokens."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > 2 * _WORD_LIMIT:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    same = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(old[i1:i2])))
            same += sum(len(token) for token in old[i1:i2] if not token.isspace())
            continue
        if i2 > i1:
            pieces.append(("-", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(("+", "".join(new[j1:j2])))
    longest = max(_visible(before), _visible(after), 1)
    return Difference(pieces=tuple(pieces), changed=1 - same / longest)


def _visible(text: str) -> int:
    return sum(not character.isspace() for character in text)
