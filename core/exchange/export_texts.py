"""Instructions with their responses, or pairs, as text: rows in, bytes out, one after the other."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any

from core.domain.export import DataRow, PairRow

# A spreadsheet takes a cell that begins so for a formula, which may fetch from or send to elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_encode = json.JSONEncoder(ensure_ascii=False).encode  # one for all: json.dumps makes one a call
_NAMES = tuple(one.name for one in fields(DataRow))
_values = attrgetter(*_NAMES)
_PAIR_NAMES = tuple(one.name for one in fields(PairRow))
_pair_values = attrgetter(*_PAIR_NAMES)


def columns_of(row: DataRow) -> dict[str, Any]:
    """A row by its columns."""
    return dict(zip(_NAMES, _values(row), strict=True))


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
    return dict(zip(_PAIR_NAMES, _pair_values(row), strict=True))


def alpaca(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """A JSON list of instruction, input, output."""
    return _json_list(map(alpaca_of, rows))


def sharegpt(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """A JSON list of conversations."""
    return _json_list(map(sharegpt_of, rows))


def chat(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """One JSON object with messages a line."""
    return _lines(map(chat_of, rows))


def json_lines(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """One JSON object a line, with every column."""
    return _lines(map(columns_of, rows))


def pairs(rows: Iterable[PairRow]) -> Iterator[bytes]:
    """One JSON object with a pair a line."""
    return _lines(map(pair_of, rows))


def csv_lines(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """A header and one record a row (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    yield _record(_NAMES)
    for row in rows:
        yield _record(defused(cell) if isinstance(cell, str) else cell for cell in _values(row))


def defused(cell: str) -> str:
    """The text, with an apostrophe before what would be a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _record(cells: Iterable[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(list(cells))
    return line.getvalue().encode("utf-8", "replace")


def _lines(values: Iterable[object]) -> Iterator[bytes]:
    return (_json(value) + b"\n" for value in values)


def _json_list(values: Iterable[object]) -> Iterator[bytes]:
    before = b"[\n"
    for value in values:
        yield before + _json(value)
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def _json(value: object) -> bytes:
    return _encode(value).encode("utf-8", "replace")
