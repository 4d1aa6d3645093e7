"""How a dataset is called in Argilla: so that people find it, and nobody learns from it what they are not to know."""

import re

from core.domain.queue import Queue
from core.domain.study_now import StudyNow

_MOST = 60  # letters


def dataset_name(subject: Queue | StudyNow, link_id: str) -> str:
    """A study goes by the title that its raters read, a queue that hides who made what by no name at all."""
    if isinstance(subject, Queue):
        said = "review" if subject.hides_makers else subject.name
    else:
        said = subject.design.title
    plain = re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:_MOST].strip("-") or "review"
    return f"{plain}-{link_id.replace('-', '')[-8:]}"
