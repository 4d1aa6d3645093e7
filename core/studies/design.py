"""Designs: what one must be before anybody can judge by it."""

import re
from dataclasses import replace

from core.domain.study import MOST_RESPONSES, OVERALL, Criterion, StudyDesign, StudyTask
from core.errors import BadInput

MOST_JUDGMENTS = 50  # people for each prompt
_MOST_CRITERIA = 20
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_LABEL = 120, 50_000, 80
_MOST_MASKED = 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

FIVE = (
    Criterion(key="relevance", label="Relevance", description="It answers what was asked, all of it, and nothing else."),
    Criterion(key="knowledgeable", label="Knowledge", description="It knows the subject: facts, terms, conventions."),
    Criterion(key="reasoning", label="Reasoning", description="Its steps follow from each other and lead to its result."),
    Criterion(key="calculation", label="Calculation", description="Numbers, formulas and code are worked out correctly."),
    Criterion(key="accuracy", label="Accuracy", description="What it states is true, and nothing in it misleads."),
)  # fmt: skip


def sound(design: StudyDesign) -> StudyDesign:
    """The design, tidied. BadInput, with the field, for one that nobody could judge by."""
    tidy = replace(
        design,
        title=" ".join(design.title.split()),
        guidelines=design.guidelines.strip(),
        criteria=tuple(_criterion(one) for one in design.criteria),
        per_trial=2 if design.task is StudyTask.PAIR else design.per_trial,
        people=tuple(dict.fromkeys(design.people)),
        masked=tuple(dict.fromkeys(word for one in design.masked if (word := one.strip()))),
    )
    _require_words(tidy)
    _require_numbers(tidy)
    return tidy


def _criterion(one: Criterion) -> Criterion:
    tidy = replace(one, key=one.key.strip(), label=" ".join(one.label.split()), description=one.description.strip())
    if not _KEY.fullmatch(tidy.key):
        raise _bad("criteria", f"“{tidy.key[:60]}” cannot name a criterion", "Small letters, digits, - and _ can.")
    if not 0 < len(tidy.label) <= _LONGEST_LABEL:
        raise _bad("criteria", f"The criterion {tidy.key} needs a name", f"At most {_LONGEST_LABEL} characters.")
    return tidy


def _require_words(design: StudyDesign) -> None:
    keys = [one.key for one in design.criteria]
    if not 0 < len(design.title) <= _LONGEST_TITLE:
        raise _bad("title", "People need a title", f"At most {_LONGEST_TITLE} characters, and no system's name.")
    if any(len(text) > _LONGEST_TEXT for text in (design.guidelines, *(one.description for one in design.criteria))):
        raise _bad("guidelines", "The text is too long", f"At most {_LONGEST_TEXT:,} characters.")
    if len(keys) > _MOST_CRITERIA or len(set(keys)) < len(keys) or OVERALL in keys:
        raise _bad("criteria", "Each criterion needs a name of its own", f"At most {_MOST_CRITERIA}, none “{OVERALL}”.")
    if len(design.masked) > _MOST_MASKED:
        raise _bad("masked", f"{len(design.masked):,} words are to be masked", f"At most {_MOST_MASKED} can be.")


def _require_numbers(design: StudyDesign) -> None:
    least = 1 if design.task is StudyTask.LIKERT else 2
    if not least <= design.per_trial <= MOST_RESPONSES:
        raise _bad("per_trial", "So many responses do not stand in one trial", f"Give {least} to {MOST_RESPONSES}.")
    if not 1 <= design.judgments <= MOST_JUDGMENTS:
        raise _bad("judgments", "So many people cannot judge each prompt", f"Give 1 to {MOST_JUDGMENTS}.")
    if design.sets_per_prompt < 0:
        raise _bad("sets_per_prompt", "There cannot be fewer than no sets", "Give 0 for every set.")
    if not (0 <= design.attention_share <= 0.5 and 0 <= design.repeat_share <= 0.5):
        raise _bad("attention_share", "More than half of the trials would count in no result", "Give 0 to 50 %.")
    if not 1 <= design.hard_from <= 10:
        raise _bad("hard_from", "Difficulty is 1 to 10", "Give a number between.")
    if design.least_n < 0:
        raise _bad("least_n", "There cannot be fewer than none", "Give 0 or more.")


def _bad(field: str, what: str, to_do: str) -> BadInput:
    return BadInput(what, where=field, to_do=to_do)
