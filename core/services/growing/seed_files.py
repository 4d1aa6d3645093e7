"""Files with seeds: what one seems to be, and its rows, whatever its format."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from core.domain.person import Actor
from core.domain.source import Columns, FileFormat, Look, Record, Refusal, SeedRow
from core.errors import BadInput
from core.exchange import columns as guessing
from core.exchange import csv_table, detect, json_lines, json_list
from core.exchange.seed_rows import seed_of
from core.services.access import may_grow
from core.store import parquet

_SAMPLE = 100  # rows that the guess is made from
_SHOWN = 20
_READERS: dict[FileFormat, Callable[[IO[bytes]], Iterator[Record | Refusal]]] = {
    FileFormat.JSONL: json_lines.records,
    FileFormat.JSON: json_list.records,
    FileFormat.CSV: csv_table.records,
}


class SeedFile:
    """One file, read from its beginning each time that `records` is asked for."""

    def __init__(self, path: Path, format_: FileFormat | None = None) -> None:
        found = detect.format_of(path)  # whatever a person says it is: a zip file is none of it
        self.path, self.format = path, format_ or found
        if (self.format is FileFormat.PARQUET) != (found is FileFormat.PARQUET):
            raise BadInput(
                f"This is no {self.format.label} file", where=path.name, to_do=f"It seems to be {found.label}."
            )
        self._size = max(1, path.stat().st_size)
        self._file: IO[bytes] | None = None

    def records(self, columns: Columns | None = None) -> Iterator[Record | Refusal]:
        """Rows in the file's order. With `columns`, a format that can reads only those."""
        if self.format is FileFormat.PARQUET:
            wanted = [columns.instruction, columns.input, columns.skill] if columns else []
            with parquet.as_json_lines(self.path, list(dict.fromkeys(filter(None, wanted)))) as rows:
                yield from json_lines.records(rows)
            return
        with self.path.open("rb") as self._file:
            yield from _READERS[self.format](self._file)

    def share_read(self) -> float | None:
        """How much of the file is behind the reader, 0 to 1; None where that is not known."""
        if self._file is None or self._file.closed:
            return None
        return min(1.0, self._file.tell() / self._size)

    def look(self) -> Look:
        """What it seems to be, from its first rows."""
        records = tuple(islice(self.records(), _SAMPLE))
        names = guessing.names_in(records)
        guess = guessing.guess(names, records)
        return Look(
            format=self.format,
            kind=guessing.kind(names, guess, records),
            names=names,
            guess=guess,
            records=records[:_SHOWN],
        )


def preview(record: Record | Refusal, columns: Columns) -> SeedRow | Refusal:
    """A row as it would be taken."""
    return record if isinstance(record, Refusal) else seed_of(record, columns)


def look(actor: Actor, path: Path, format_: FileFormat | None = None, *, name: str = "") -> Look:
    """What a file seems to be, with its first 20 rows. Raises BadInput for one that is unusable as a whole.

    `name` is what people call it, where its path says something else (an upload).
    """
    may_grow(actor)
    with called(name):
        found = SeedFile(path, format_).look()
        if not found.records:
            raise BadInput("The file has no rows", where=path.name, to_do="Choose a file with at least one row.")
    return found


@contextmanager
def called(name: str) -> Iterator[None]:
    """What is wrong with a file is said of it by the name that people know."""
    try:
        yield
    except BadInput as error:
        raise BadInput(error.what, where=name or error.where, to_do=error.to_do) from error
