"""Rows from one JSON list, streamed: only the item that is being read is in memory, and a broken item costs only itself."""

import re
from collections.abc import Iterator
from typing import IO

from core.domain.source import Record, Refusal
from core.exchange.json_lines import LONGEST_ROW, record_of

_CHUNK = 2**18  # bytes
_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)  # a string's content as far as it is there
# Most items are objects of texts, numbers, and lists of such objects: one match finds their end.
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rb'[^"\[\]{}]++'
_FLAT = rb"\{(?:" + _PLAIN + rb"|" + _TEXT + rb")*+\}"
_LIST = rb"\[(?:" + _PLAIN + rb"|" + _TEXT + rb"|" + _FLAT + rb")*+\]"
_ITEM = re.compile(rb"\s*+(\{(?:" + _PLAIN + rb"|" + _TEXT + rb"|" + _FLAT + rb"|" + _LIST + rb")*+\})\s*+,", re.DOTALL)
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")


def records(file: IO[bytes]) -> Iterator[Record | Refusal]:
    """Each item of the list. `row` counts them from 1."""
    for row, item in enumerate(_Items(file), 1):
        if item is None:
            yield Refusal(row=row, reason="is longer than 1 MB, or its brackets do not close")
        else:
            yield record_of(row, item)


class _Items:
    """The items of a list as bytes; None for one that is too long. Brackets and quotes are counted, nothing is decoded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._buffer = b""
        self._at = 0  # everything before is looked at
        self._begin = 0  # of the item that is being read
        self._depth = 0
        self._in_text = False
        self._is_dropped = False  # the item is too long: only its end is looked for

    def __iter__(self) -> Iterator[bytes | None]:
        self._more()
        opening = _START.match(self._buffer)
        self._at = self._begin = opening.end() if opening else 0
        while True:
            while self._depth == 0 and self._at == self._begin and (whole := _ITEM.match(self._buffer, self._at)):
                self._at = self._begin = whole.end()
                yield whole[1]
            mark = self._next_mark()
            if mark is None:
                break
            if self._depth == 0 and mark in b",]":
                if (item := self._taken()) != b"":
                    yield item
                if mark == b"]":
                    yield from self._after_the_end()
                    return
            else:
                self._depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(mark, 0)
                self._depth = max(0, self._depth)
        self._at = len(self._buffer) + 1
        if (item := self._taken()) != b"":  # the file ends in the middle of it
            yield item

    def _taken(self) -> bytes | None:
        """The item that ends just before the last mark: b"" for nothing but blanks."""
        item = None if self._is_dropped else self._buffer[self._begin : self._at - 1].strip()
        self._begin, self._is_dropped = self._at, False
        return item

    def _after_the_end(self) -> Iterator[bytes]:
        """Whatever stands behind the list is no part of it; it is one unusable row."""
        rest = self._buffer[self._at :] or self._file.read(_CHUNK)
        if rest.strip():
            yield b"]" + rest[:100]

    def _next_mark(self) -> bytes | None:
        """The next bracket or comma outside of text; None at the end of the file."""
        while True:
            if self._in_text and not self._leave_text():
                if not self._more():
                    return None
                continue
            found = _OUTSIDE.search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                if not self._more():
                    return None
                continue
            self._at = found.end()
            if found[0] != b'"':
                return found[0]
            self._in_text = True

    def _leave_text(self) -> bool:
        """Go behind the closing quote; False if it is not in the buffer yet."""
        inside = _INSIDE.match(self._buffer, self._at)
        self._at = inside.end() if inside else self._at
        if self._buffer[self._at : self._at + 1] != b'"':
            return False
        self._at += 1
        self._in_text = False
        return True

    def _more(self) -> bool:
        """Read on; what is behind us is forgotten. False at the end of the file."""
        if self._at - self._begin > LONGEST_ROW:
            self._is_dropped = True
        keep = self._at if self._is_dropped else self._begin
        chunk = self._file.read(_CHUNK)
        self._buffer = self._buffer[keep:] + chunk
        self._at, self._begin = self._at - keep, 0
        return bool(chunk)
