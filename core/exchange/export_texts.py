"""Instructions with their responses, or pairs, as text: hands of rows in, bytes out, one after the other.

What a row comes to in each format is said by the functions that end in `_of`; `json.dumps` of that is a line. The writers make the
same bytes in less time: no value of a class is made for a row, and no encoder.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain, repeat
from json.encoder import encode_basestring as quoted  # in C
from math import isfinite
from operator import attrgetter
from typing import Any

from core.domain.export import DataRow, PairRow

Row = tuple[Any, ...]
Hand = Sequence[Row]  # rows in the order of the columns of DataRow, or of PairRow

# A spreadsheet takes a cell that begins so for a formula, which may fetch from or send to elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 1_000  # rows that become one piece
NAMES = tuple(one.name for one in fields(DataRow))
PAIR_NAMES = tuple(one.name for one in fields(PairRow))
_values = attrgetter(*NAMES)
_pair_values = attrgetter(*PAIR_NAMES)
_ID, _SEED, _INSTRUCTION, _RESPONSE = (NAMES.index(one) for one in ("id", "seed_id", "instruction", "response"))


def columns_of(row: DataRow) -> dict[str, Any]:
    """A row by its columns."""
    return dict(zip(NAMES, _values(row), strict=True))


def alpaca_of(row: DataRow) -> dict[str, Any]:
    """Instruction and input are one text here, so `input` is empty."""
    return {"instruction": row.instruction, "input": "", "output": row.response or ""}


def sharegpt_of(row: DataRow) -> dict[str, Any]:
    """A conversation of one exchange, as the ShareGPT files have it."""
    turns = [{"from": "human", "value": row.instruction}]
    if row.response is not None:
        turns.append({"from": "gpt", "value": row.response})
    return {"id": row.id, "conversations": turns}


def chat_of(row: DataRow) -> dict[str, Any]:
    """Messages with roles, as chat templates take them."""
    return {"messages": messages_of(row.instruction, row.response), "id": row.id, "seed_id": row.seed_id}


def messages_of(instruction: str, response: str | None) -> list[dict[str, str]]:
    """One exchange; without a response, the question alone."""
    asked = {"role": "user", "content": instruction}
    return [asked] if response is None else [asked, {"role": "assistant", "content": response}]


def pair_of(row: PairRow) -> dict[str, Any]:
    """A pair by its columns; `prompt`, `chosen` and `rejected` are what preference trainers read."""
    return dict(zip(PAIR_NAMES, _pair_values(row), strict=True))


def alpaca(hands: Iterable[Hand]) -> Iterator[bytes]:
    """A JSON list of instruction, input, output."""
    return _json_list(
        hands,
        lambda one: (
            f'{{"instruction": {quoted(one[_INSTRUCTION])}, "input": "", "output": {quoted(one[_RESPONSE] or "")}}}'
        ),
    )


def sharegpt(hands: Iterable[Hand]) -> Iterator[bytes]:
    """A JSON list of conversations."""
    return _json_list(hands, _sharegpt)


def chat(hands: Iterable[Hand]) -> Iterator[bytes]:
    """One JSON object with messages a line."""
    return (_bytes("".join(map(_chat, some))) for some in _some(hands))


def json_lines(hands: Iterable[Hand]) -> Iterator[bytes]:
    """One JSON object a line, with every column."""
    return _lines(hands, NAMES)


def pairs(hands: Iterable[Hand]) -> Iterator[bytes]:
    """One JSON object with a pair a line."""
    return _lines(hands, PAIR_NAMES)


def csv_lines(hands: Iterable[Hand]) -> Iterator[bytes]:
    """A header and one record a row (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    yield _records([NAMES])
    for some in _some(hands):
        columns = [
            [defused(cell) if isinstance(cell, str) else cell for cell in column] for column in zip(*some, strict=True)
        ]
        yield _records(zip(*columns, strict=True))


def defused(cell: str) -> str:
    """The text, with an apostrophe before what would be a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _records(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return _bytes(out.getvalue())


def _sharegpt(row: Row) -> str:
    answer = "" if row[_RESPONSE] is None else f', {{"from": "gpt", "value": {quoted(row[_RESPONSE])}}}'
    said = f'{{"from": "human", "value": {quoted(row[_INSTRUCTION])}}}{answer}'
    return f'{{"id": {quoted(row[_ID])}, "conversations": [{said}]}}'


def _chat(row: Row) -> str:
    answer = "" if row[_RESPONSE] is None else f', {{"role": "assistant", "content": {quoted(row[_RESPONSE])}}}'
    said = f'{{"role": "user", "content": {quoted(row[_INSTRUCTION])}}}{answer}'
    return f'{{"messages": [{said}], "id": {quoted(row[_ID])}, "seed_id": {quoted(row[_SEED])}}}\n'


def _lines(hands: Iterable[Hand], names: Sequence[str]) -> Iterator[bytes]:
    """Objects with these keys: each column is put into words, then each row into its line."""
    before = ["{" + f'"{names[0]}": ', *(f', "{name}": ' for name in names[1:])]
    for some in _some(hands):
        parts: list[Iterable[str]] = []
        for words, column in zip(before, zip(*some, strict=True), strict=True):
            parts += [repeat(words), [_LITERALS[type(value)](value) for value in column]]
        yield _bytes("".join(chain.from_iterable(zip(*parts, repeat("}\n"), strict=False))))


def _number(value: float) -> str:
    """What is no number has a name of its own there."""
    return repr(value) if isfinite(value) else json.dumps(value)


_LITERALS: Mapping[type, Callable[[Any], str]] = {
    str: quoted, type(None): lambda _: "null", bool: lambda value: "true" if value else "false", int: repr, float: _number,
}  # fmt: skip


def _json_list(hands: Iterable[Hand], of: Callable[[Row], str]) -> Iterator[bytes]:
    before = "[\n"
    for some in _some(hands):
        yield _bytes(before + ",\n".join(map(of, some)))
        before = ",\n"
    yield b"\n]\n" if before == ",\n" else b"[]\n"


def _some(hands: Iterable[Hand]) -> Iterator[Hand]:
    """The same, at most so many rows a hand, none of them empty."""
    return (hand[at : at + _AT_ONCE] for hand in hands for at in range(0, len(hand), _AT_ONCE))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
