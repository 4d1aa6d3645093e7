"""Words that would say who wrote a text are blacked out before anybody who judges sees it."""

import re
from functools import lru_cache

from core.domain.study import StudyDesign

MASK = "■■■"


def shown(design: StudyDesign, text: str) -> str:
    """The text as a rater, or a model that judges, gets it: every masked word is blacked out, whatever its case."""
    masked = _pattern(design.masked)
    return text if masked is None else masked.sub(MASK, text)


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Whole words, the longest first; marks of emphasis around a word (_so_) do not hide it, nor do line breaks within."""
    known = sorted({one.strip() for one in words if one.strip()}, key=len, reverse=True)
    if not known:
        return None
    spelled = "|".join(r"\s+".join(map(re.escape, one.split())) for one in known)
    return re.compile(rf"(?<![^\W_])(?:{spelled})(?![^\W_])", re.IGNORECASE)
