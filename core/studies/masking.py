"""Words that would say who wrote a text are blacked out before anybody who judges sees it."""

from core.domain.study import StudyDesign
from core.studies.whole_words import whole_words

MASK = "■■■"


def shown(design: StudyDesign, text: str) -> str:
    """The text as a rater, or a model that judges, gets it: every masked word is blacked out, whatever its case."""
    masked = whole_words(design.masked)
    return text if masked is None else masked.sub(MASK, text)
