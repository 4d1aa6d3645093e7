"""Reading a lineage back, row by row: every row's hash, its shape and what it may speak of are checked before anything is believed.

A file that is damaged, cut short or made by hand ends in a BadInput that says in which row.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from core.errors import BadInput
from core.exchange.lineage import FORMAT, VERSION, Json, Seal, canonical, fact_hash
from core.exchange.lineage_columns import ROWS

LONGEST_ROW = 64 * 2**20  # bytes
MOST_SEQ = 10**12
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AGAIN = "Take the export again. Nothing was imported."
Numbered = tuple[int, Json]


def json_lines(file: IO[bytes]) -> Iterator[Numbered]:
    """Each line as JSON, with its number: header, rows, end."""
    number = 0
    while line := file.readline(LONGEST_ROW + 1):
        number += 1
        if len(line) > LONGEST_ROW:
            raise damaged(number, "is longer than 64 MB")
        if not line.endswith(b"\n"):
            raise damaged(number, "breaks off in its midst")
        yield number, _object(number, line)


def _object(number: int, line: bytes) -> Json:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise damaged(number, "is not UTF-8") from None
    except RecursionError:
        raise damaged(number, "is nested too deeply") from None
    except ValueError:
        raise damaged(number, "is not JSON") from None
    if not isinstance(value, dict):
        raise damaged(number, "is no JSON object")
    return value


def _no_number(word: str) -> None:
    raise ValueError(word)


class Lineage:
    """One lineage file: its header, checked, and its rows, each checked when it is its turn. To be read once."""

    def __init__(self, items: Iterator[Numbered]) -> None:
        self._items = items
        number, header = next(items, (1, {}))
        self.header = _checked_header(number, header)
        self._seal = Seal(header)

    def rows(self) -> Iterator[Numbered]:
        """Every row. At its end the file must say that this was all, and that nothing was changed."""
        number = 1
        for number, row in self._items:
            if row.get("row") == "end":
                self._require_end(number, row)
                return
            yield number, self._checked(number, row)
        raise damaged(
            number + 1, f"is missing: the file ends after {self._seal.rows:,} of {self.header['rows']:,} rows"
        )

    def _checked(self, number: int, row: Json) -> Json:
        missing = [name for name in ROWS.names if name not in row]
        if row.get("row") != "instruction" or missing:
            raise damaged(number, "is no row of a lineage" + (f" (it lacks {missing[0]})" if missing else ""))
        try:
            said, found = row["sha256"], fact_hash(row)
            self._seal.add(row)
        except ValueError:
            raise damaged(number, "holds text that is not Unicode") from None
        if said != found:
            raise damaged(number, "was changed or damaged: its facts do not have its sha256")
        return row

    def _require_end(self, number: int, row: Mapping[str, Any]) -> None:
        if dict(row) != self._seal.end():
            raise damaged(number, "says that a row before it was changed, added or taken out")
        if self._seal.rows != self.header["rows"]:
            raise damaged(number, f"comes after {self._seal.rows:,} of {self.header['rows']:,} rows")
        if next(self._items, None) is not None:
            raise damaged(number + 1, "stands behind the end of the lineage")


def damaged(number: int, why: str) -> BadInput:
    """What is wrong with one row."""
    return BadInput(f"Row {number:,} {why}", to_do=_AGAIN)


def _checked_header(number: int, header: Json) -> Json:
    if header.get("row") != "header" or header.get("format") != FORMAT:
        raise BadInput("This is no lineage of the studio", to_do="Choose a file that was exported as a lineage.")
    if header.get("version") != VERSION:
        raise BadInput("A newer studio wrote this lineage", to_do="Update the studio, then import it again.")
    shape = {"project": dict, "rows": int, "as_of_seq": int, "people": str} | dict.fromkeys(
        ("persons", "runs", "sources", "packs", "systems", "queues", "bulks"), list
    )
    for name, kind in shape.items():
        if not isinstance(header.get(name), kind):
            raise damaged(number, f"is no header: its `{name}` is missing or of another kind")
    if not 0 <= header["as_of_seq"] <= MOST_SEQ:
        raise damaged(number, "has a number beyond all bounds")
    try:
        canonical(header)
    except ValueError:
        raise damaged(number, "holds text that is not Unicode") from None
    return header
