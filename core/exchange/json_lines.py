"""Rows from JSON lines: one object a line, read one by one, whatever stands between them."""

import json
from collections.abc import Iterator
from typing import IO

from core.domain.source import Record, Refusal

LONGEST_ROW = 2**20  # bytes; a longer row is a broken file, or nothing that a model reads
_BOM = b"\xef\xbb\xbf"


def records(file: IO[bytes]) -> Iterator[Record | Refusal]:
    """Each line that is not blank. `row` is the number of the line."""
    number = 0
    while line := file.readline(LONGEST_ROW + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > LONGEST_ROW and not line.endswith(b"\n"):
            _skip_line(file)
            yield Refusal(row=number, reason="is longer than 1 MB")
        elif line.strip():
            yield record_of(number, line)


def _skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(LONGEST_ROW)) and not rest.endswith(b"\n"):
        pass


def record_of(number: int, content: bytes) -> Record | Refusal:
    """One JSON object, or why it is none."""
    try:
        value = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        return Refusal(row=number, reason="is not UTF-8")
    except RecursionError:
        return Refusal(row=number, reason="is nested too deeply")
    except ValueError:
        return Refusal(row=number, reason="is not JSON")
    if not isinstance(value, dict):
        return Refusal(row=number, reason="is no JSON object")
    return Record(row=number, fields=value)
