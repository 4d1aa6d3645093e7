"""Which prompt a text is: word for word, or nearly (then a person has to say so)."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NEARLY = 0.6  # shared over all pieces: above it a text is nearly a prompt, and a person is asked
_PIECE = 5  # characters
_COMPARED = 2_000  # characters of a text
_TOO_COMMON = 200  # prompts that share a piece: it tells nothing


def plain(text: str) -> str:
    """A text without what copying changes: spaces, letters' case and width, quotation marks and dashes, an end's dot."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    return " ".join(re.sub(r"[\u200b-\u200f\ufeff\u00ad]", "", folded).split()).rstrip(".!? ")


_SAME = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "."}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """The prompt (by its number) that a text is most like, and how much: 1 is the same but for spaces, case and marks."""

    prompt: int
    alike: float


@dataclass(slots=True)
class Prompts:
    """Texts of prompts, to be found by another text. Pieces are cut when the first text is not found word for word."""

    texts: Sequence[str]
    _exact: Mapping[str, int] = field(init=False)
    _plain: dict[str, int] = field(init=False, default_factory=dict)
    _pieces: list[frozenset[str]] = field(init=False, default_factory=list)
    _holders: defaultdict[str, list[int]] = field(init=False, default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._exact = {text.strip(): number for number, text in reversed(list(enumerate(self.texts)))}

    def exactly(self, text: str) -> int | None:
        """The prompt with this very text, but for spaces at its ends."""
        return self._exact.get(text.strip())

    def nearly(self, text: str) -> Near | None:
        """The prompt most like it, if one is nearly the same."""
        if not self._pieces:
            self._cut()
        tidy = plain(text)
        if (same := self._plain.get(tidy)) is not None:
            return Near(prompt=same, alike=1.0)
        own = _pieces(tidy)
        shared: Counter[int] = Counter()
        for piece in own:
            holders = self._holders.get(piece, [])
            if len(holders) <= _TOO_COMMON:
                shared.update(holders)
        best = Near(prompt=-1, alike=0.0)
        for number, _ in shared.most_common(5):
            alike = len(own & self._pieces[number]) / len(own | self._pieces[number])
            best = max(best, Near(prompt=number, alike=min(alike, 0.99)), key=lambda one: one.alike)
        return best if best.alike >= NEARLY else None

    def _cut(self) -> None:
        for number, text in enumerate(self.texts):
            tidy = plain(text)
            self._plain.setdefault(tidy, number)
            self._pieces.append(_pieces(tidy))
            for piece in self._pieces[-1]:
                self._holders[piece].append(number)


def _pieces(tidy: str) -> frozenset[str]:
    cut = tidy[:_COMPARED]
    return frozenset(cut[at : at + _PIECE] for at in range(max(1, len(cut) - _PIECE + 1)))
