"""Which column of a file of prompts or of responses is what: guessed from names first, then from what stands in them."""

import re
from collections.abc import Callable, Iterable, Sequence

from core.domain.source import Record, Refusal
from core.domain.study_import import PromptColumns, ResponseColumns
from core.exchange import columns as guessing

_KEYS = ("idx", "id", "key", "promptid", "questionid", "instructionid", "taskid", "index", "uid", "number")
_SYSTEMS = ("system", "model", "modelname", "modelid", "generator", "systemname", "source", "endpoint")
_RESPONSES = (
    "response", "responses", "output", "outputs", "answer", "completion", "reply", "generation", "text", "prediction",
    "messages", "conversations",
)  # fmt: skip
_DIFFICULTIES = ("difficulty", "authordifficulty", "level", "hardness")
_MODEL_DIFFICULTIES = ("modeldifficulty", "difficultybymodel", "predicteddifficulty")


def guess_prompts(records: Iterable[Record | Refusal]) -> PromptColumns | None:
    """None where no column looks like an instruction."""
    records = tuple(records)
    rows = [record for record in records if isinstance(record, Record)]
    names = guessing.names_in(records)
    found = guessing.guess(names, records)
    if found is None:
        return None
    return PromptColumns(
        text=found.instruction,
        key=_named(names, _KEYS, rows, _names_something),
        skill=found.skill,
        difficulty=_named(names, _DIFFICULTIES, rows, _is_number),
        model_difficulty=_named(names, _MODEL_DIFFICULTIES, rows, _is_number),
    )


def guess_responses(records: Iterable[Record | Refusal]) -> ResponseColumns | None:
    """None where no column looks like a response, or none says to which prompt."""
    records = tuple(records)
    rows = [record for record in records if isinstance(record, Record)]
    names = guessing.names_in(records)
    response = _named(names, _RESPONSES, rows, _is_text)
    others = [name for name in names if name != response]
    key = _named(others, _KEYS, rows, _names_something)
    of_prompt = [name for name in others if name != key and _plain(name) not in _SYSTEMS]
    found = guessing.guess(of_prompt, records) if of_prompt else None
    if not response or not (key or found):
        return None
    return ResponseColumns(
        response=response,
        key=key,
        text=found.instruction if found else "",
        system=_named(others, _SYSTEMS, rows, _names_something),
    )


def _named(names: Sequence[str], known: Sequence[str], rows: Sequence[Record], holds: Callable[[object], bool]) -> str:
    """The column with the first of these names that holds such a value in at least one row."""
    for word in known:
        for name in names:
            if _plain(name) == word and any(holds(row.fields.get(name)) for row in rows):
                return name
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _is_text(cell: object) -> bool:
    return isinstance(cell, str | list)


def _names_something(cell: object) -> bool:
    return (isinstance(cell, str) and len(cell) <= 200) or (
        isinstance(cell, int | float) and not isinstance(cell, bool)
    )


def _is_number(cell: object) -> bool:
    return (isinstance(cell, int | float) and not isinstance(cell, bool)) or (
        isinstance(cell, str) and cell.strip().replace(".", "", 1).isdigit()
    )
