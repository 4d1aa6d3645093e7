"""Words of a text, in any script: what lengths are measured in."""

import re

# Han, kana and Hangul have no spaces that part words as ours do, so each character counts as one word.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+(?:['’\-][^\W_]+)*")


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(WORD.findall(text))
