"""A filter in an address and back: every filter has a URL, and an address that names nothing is the usual filter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from core.domain.instruction import HumanStatus, InstructionKind, RunStatus
from core.domain.operation import Operation
from core.domain.queue import QueueFilter, Sort
from core.errors import BadInput

ANY, YES, NO = "any", "yes", "no"
ORDER = "order"
_USUAL = QueueFilter()
_LARGEST = 10**6


@dataclass(frozen=True, kw_only=True, slots=True)
class _Name:
    """How one field of a filter is called in an address, and how its values are read."""

    field: str
    read: Callable[[str], Any]
    is_many: bool = False


def _id(text: str) -> str:
    return str(UUID(text))


def _text(text: str) -> str:
    return text[:500]


def _flag(text: str) -> bool | None:
    return {YES: True, NO: False, ANY: None}[text]


def _whole(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _LARGEST:
        raise ValueError(text)
    return number


def _signed(text: str) -> int:
    number = int(text)
    if not -_LARGEST <= number <= _LARGEST:
        raise ValueError(text)
    return number


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


_NAMES: Mapping[str, _Name] = {
    "run": _Name(field="run_id", read=_id),
    "seed": _Name(field="seed_id", read=_id),
    "source": _Name(field="source_id", read=_id),
    "kind": _Name(field="kinds", read=lambda text: str(InstructionKind(text)), is_many=True),
    "status": _Name(field="statuses", read=lambda text: str(RunStatus(text)), is_many=True),
    "people": _Name(field="people", read=lambda text: str(HumanStatus(text)), is_many=True),
    "epoch": _Name(field="epochs", read=_whole, is_many=True),
    "operation": _Name(field="operations", read=lambda text: str(Operation(text)), is_many=True),
    "rule": _Name(field="rule", read=_text),
    "skill": _Name(field="skills", read=_text, is_many=True),
    "difficulty_from": _Name(field="difficulty_from", read=_number),
    "difficulty_to": _Name(field="difficulty_to", read=_number),
    "scored": _Name(field="is_scored", read=_flag),
    "words_from": _Name(field="words_from", read=_whole),
    "words_to": _Name(field="words_to", read=_whole),
    "who": _Name(field="decided_by", read=_text),
    "note": _Name(field="has_note", read=_flag),
    "flagged": _Name(field="is_flagged", read=_flag),
    "aside": _Name(field="set_aside", read=_flag),
    "find": _Name(field="find", read=_text),
    "grown_in": _Name(field="grown_in", read=_id),
    "failed": _Name(field="failed", read=_text),
    "made_by": _Name(field="made_by", read=_id, is_many=True),
    "pack": _Name(field="packs", read=_text, is_many=True),
    "added_from": _Name(field="added_from", read=_signed),
    "added_to": _Name(field="added_to", read=_signed),
    "said_from": _Name(field="said_from", read=_number),
    "said_to": _Name(field="said_to", read=_number),
    "map": _Name(field="map_id", read=_id),
    "cluster": _Name(field="clusters", read=_whole, is_many=True),
    "selection": _Name(field="selection_id", read=_id),
    "id": _Name(field="ids", read=_id, is_many=True),
}
NAMES = (*_NAMES, ORDER)


def to_query(wanted: QueueFilter, sort: Sort = Sort.OLDEST) -> dict[str, list[str]]:
    """What stands in the address, and only what differs from the usual filter."""
    query = {
        name: _said(getattr(wanted, one.field))
        for name, one in _NAMES.items()
        if getattr(wanted, one.field) != getattr(_USUAL, one.field)
    }
    return query if sort is Sort.OLDEST else query | {ORDER: [str(sort)]}


def named(wanted: QueueFilter) -> dict[str, list[str]]:
    """The same where an address must name a filter even if it is the usual one."""
    return to_query(wanted) or {"status": _said(_USUAL.statuses)}


def as_text(wanted: QueueFilter) -> str:
    """A filter as one text, as Review's address has it after its question mark."""
    return urlencode(named(wanted), doseq=True)


def from_text(text: str) -> QueueFilter:
    """The filter again. BadInput for what is none."""
    query = parse_qs(text.removeprefix("?"), keep_blank_values=True)
    if not names_a_filter(query):
        raise BadInput("The address names no filter", to_do="Take it out of the address.")
    return from_query(query)


def from_query(query: Mapping[str, Sequence[str]], start: QueueFilter = _USUAL) -> QueueFilter:
    """The filter that an address names, on top of `start`. BadInput for a value that cannot be one."""
    said = {one.field: _read(name, one, list(query[name])) for name, one in _NAMES.items() if query.get(name)}
    return QueueFilter(**{one.name: getattr(start, one.name) for one in fields(start)} | said)


def sort_from(query: Mapping[str, Sequence[str]]) -> Sort:
    """The order that an address names; the oldest first if it names none, or one that there is not."""
    named = next(iter(query.get(ORDER, ())), "")
    return Sort(named) if named in set(Sort) else Sort.OLDEST


def names_a_filter(query: Mapping[str, object]) -> bool:
    """Whether the address says anything about a filter."""
    return any(name in query for name in NAMES)


def _said(value: Any) -> list[str]:
    if value is None or value == ():
        return [ANY]
    if isinstance(value, bool):
        return [YES if value else NO]
    return [str(one) for one in value] if isinstance(value, tuple) else [str(value)]


def _read(name: str, one: _Name, values: list[str]) -> Any:
    if values == [ANY] and one.read is not _text:
        return () if one.is_many else None
    try:
        return tuple(one.read(value) for value in values) if one.is_many else one.read(values[0])
    except (ValueError, KeyError) as error:
        said = ", ".join(values)[:80]
        raise BadInput(
            f"The address asks for {name} “{said}”, which there is not", to_do="Take it out of the address."
        ) from error


def field_of(name: str) -> str:
    """The field of a filter that this name in an address stands for."""
    return _NAMES[name].field
