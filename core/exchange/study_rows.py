"""From a file's row to a prompt or a response of a study: the chosen columns, checked one by one."""

import math

from core.domain.skill import skill_named
from core.domain.source import Record
from core.domain.study_import import PromptColumns, PromptRow, RefusedRow, ResponseColumns, ResponseRow
from core.exchange.conversations import first_human_turn

LONGEST = 200_000  # characters of a text
_LONGEST_NAME = 200  # of a key, a skill, a system
_LEAST, _MOST = 1.0, 10.0  # difficulty


class _Unusable(Exception):
    """A field that makes its row unusable; caught where the row is read."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


def prompt_of(record: Record, columns: PromptColumns) -> PromptRow | RefusedRow:
    """A usable prompt, or why it is none."""
    try:
        return PromptRow(
            row=record.row,
            text=_required(_text(record, columns.text).strip(), columns.text, "is empty"),
            key=_name(record, columns.key),
            skill=skill_named(_name(record, columns.skill)) or None,
            author_difficulty=_difficulty(record, columns.difficulty),
            model_difficulty=_difficulty(record, columns.model_difficulty),
        )
    except _Unusable as error:
        return RefusedRow(row=record.row, field=error.field, reason=error.reason)


def response_of(record: Record, columns: ResponseColumns, system: str) -> ResponseRow | RefusedRow:
    """A usable response, or why it is none. `system` is whose it is where no column says that.

    An empty response is one: that a system says nothing is a result.
    """
    try:
        key = _name(record, columns.key)
        has_text = columns.text and not (key and record.fields.get(columns.text) is None)
        text = _text(record, columns.text).strip() if has_text else ""
        _required(key or text, columns.key or columns.text, "says no prompt")
        whose = _name(record, columns.system) if columns.system else system
        return ResponseRow(
            row=record.row,
            system=_required(whose, columns.system, "says no system"),
            response=_text(record, columns.response, answers=True).strip(),
            key=key,
            text=text,
        )
    except _Unusable as error:
        return RefusedRow(row=record.row, field=error.field, reason=error.reason)


def _required(value: str, field: str, reason: str) -> str:
    if not value:
        raise _Unusable(field, reason)
    return value


def _text(record: Record, column: str, *, answers: bool = False) -> str:
    cell = record.fields.get(column)
    if isinstance(cell, list):
        cell = _last_turn(cell) if answers else first_human_turn(cell)
    if cell is None:
        raise _Unusable(column, "is not there")
    if not isinstance(cell, str):
        raise _Unusable(column, "is not text")
    if len(cell) > LONGEST:
        raise _Unusable(column, f"is longer than {LONGEST:,} characters")
    return _checked(column, cell)


def _last_turn(cell: list[object]) -> str | None:
    """What a conversation ends with: the response."""
    last = cell[-1] if cell else None
    if not isinstance(last, dict):
        return None
    said = last.get("value", last.get("content"))
    return said if isinstance(said, str) else None


def _name(record: Record, column: str) -> str:
    """A key, a skill or a system; whole numbers are keys too, whatever the format makes of them. "" for none."""
    cell = record.fields.get(column) if column else None
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        raise _Unusable(column, "is neither text nor a whole number")
    name = " ".join(_checked(column, str(cell)).split())
    if len(name) > _LONGEST_NAME:
        raise _Unusable(column, f"is longer than {_LONGEST_NAME} characters")
    return name


def _difficulty(record: Record, column: str) -> float | None:
    cell = record.fields.get(column) if column else None
    if cell is None or cell == "":
        return None
    try:
        value = math.nan if isinstance(cell, bool) or not isinstance(cell, str | int | float) else float(cell)
    except (ValueError, OverflowError):
        value = math.nan
    if not _LEAST <= value <= _MOST:
        raise _Unusable(column, "is no difficulty from 1 to 10")
    return value


def _checked(column: str, text: str) -> str:
    if "\x00" in text:
        raise _Unusable(column, "holds a NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _Unusable(column, "holds half a character (a lone surrogate)") from None
    return text
