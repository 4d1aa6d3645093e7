"""Rows from CSV: comma, semicolon, tab or bar, quoted as spreadsheets do."""

import csv
from collections.abc import Iterator
from typing import IO

from core.domain.source import Record, Refusal
from core.errors import BadInput

_LONGEST_LINE = 2**20  # bytes
_MOST_COLUMNS = 1_000
_DELIMITERS = ",;\t|"
csv.field_size_limit(_LONGEST_LINE)


def records(file: IO[bytes]) -> Iterator[Record | Refusal]:
    """Each row below the header. `row` counts as spreadsheets do: the header is row 1.

    Raises BadInput for a header that names no columns.
    """
    lines = _Lines(file)
    first = next((line for line in lines if line.strip()), "")
    reader = csv.reader(_again(first, lines), delimiter=_delimiter(first), strict=True)
    row, header = 1, _header(reader)
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refusal(row=row, reason=f"is not CSV ({error})")
            continue
        if lines.take_cut():
            yield Refusal(row=row, reason="is longer than 1 MB")
        elif cells:
            yield _record(row, header, cells)


def _record(row: int, header: list[str], cells: list[str]) -> Record | Refusal:
    if len(cells) != len(header):
        return Refusal(row=row, reason=f"has {len(cells):,} cells where the header has {len(header):,}")
    if not all(map(str.isascii, cells)):
        try:
            "".join(cells).encode("utf-8")
        except UnicodeEncodeError:
            return Refusal(row=row, reason="is not UTF-8")
    return Record(row=row, fields=dict(zip(header, cells, strict=True)))


def _header(reader: Iterator[list[str]]) -> list[str]:
    """Names of columns: what has none is called by its number, what is named twice gets a number behind."""
    try:
        cells = next(filter(None, reader), [])
    except csv.Error as error:
        raise BadInput(
            f"The first row names no columns ({error})", to_do="Begin the file with a row of column names."
        ) from None
    if len(cells) > _MOST_COLUMNS:
        raise BadInput(f"The file has {len(cells):,} columns", to_do=f"At most {_MOST_COLUMNS:,} can be read.")
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.encode("utf-8", "replace").decode("utf-8").strip()[:100] or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _delimiter(header: str) -> str:
    """The one that parts the header into most columns."""
    return max(_DELIMITERS, key=header.count)


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


class _Lines(Iterator[str]):
    """The file's lines as text, none longer than 1 MB: a longer one is cut, and `take_cut` says so once.

    Bytes that are not UTF-8 come as lone surrogates, so that the row can be refused and the next one read.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._was_cut = False
        self._is_first = True

    def __next__(self) -> str:
        line = self._file.readline(_LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            self._was_cut = True
            line = line[:_LONGEST_LINE] + b"\n"
            while (rest := self._file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        return line.decode("utf-8", "surrogateescape")

    def take_cut(self) -> bool:
        """Whether a line was cut since this was asked last."""
        was, self._was_cut = self._was_cut, False
        return was
