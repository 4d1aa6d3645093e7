"""Instructions with their responses as text: Alpaca JSON, JSON lines, CSV. Rows in, bytes out, one after the other."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any

from core.domain.export import DataRow

# A spreadsheet takes a cell that begins so for a formula, which may fetch from or send to elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NAMES = tuple(one.name for one in fields(DataRow))
_values = attrgetter(*_NAMES)


def columns_of(row: DataRow) -> dict[str, Any]:
    """A row by its columns."""
    return dict(zip(_NAMES, _values(row), strict=True))


def alpaca(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """A JSON list of instruction, input, output. Instruction and input are one text here, so `input` is empty."""
    before = b"[\n"
    for row in rows:
        said = {"instruction": row.instruction, "input": "", "output": row.response or ""}
        yield before + _json(said)
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def json_lines(rows: Iterable[DataRow]) -> Iterator[bytes]:
    """One JSON object a line, with every column."""
    for row in rows:
        yield _json(columns_of(row)) + b"\n"


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


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
