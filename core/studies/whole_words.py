"""Words found as whole words, in any script."""

import re
from functools import lru_cache

# What makes a word longer. Scripts whose words no space parts are left out, and marks of emphasis (_so_) too.
_LETTER = r"[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


@lru_cache(maxsize=64)
def whole_words(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """A pattern of these words, whatever their case, over line breaks too; the longest first, so that none hides in a longer one."""
    known = sorted({" ".join(word.split()) for word in words} - {""}, key=lambda word: (-len(word), word))
    if not known:
        return None
    spelled = "|".join(r"\s+".join(map(re.escape, word.split())) for word in known)
    return re.compile(rf"(?<!{_LETTER})(?:{spelled})(?!{_LETTER})", re.IGNORECASE)
