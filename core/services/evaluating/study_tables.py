"""Files with prompts or responses: their first rows, all rows one by one, and what was refused."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

import uuid_utils

from core.domain.person import Actor
from core.domain.source import FileFormat, ImportProgress, Record, Refusal, Source
from core.domain.study_import import Refused, RefusedRow, TableLook
from core.errors import BadInput
from core.services.evaluating.study_making import now
from core.services.growing.seed_files import SeedFile, called

Row = TypeVar("Row")
Guess = TypeVar("Guess")
_SAMPLE, _SHOWN = 100, 20  # rows that a guess is made from; rows of the preview
MOST_REFUSALS = 1_000  # that are kept one by one; all are counted
_TELL_EVERY = 500  # rows


def tell_nobody(_: ImportProgress) -> None: ...


def look(
    path: Path, format_: FileFormat | None, name: str, guess: Callable[[tuple[Record | Refusal, ...]], Guess | None]
) -> TableLook[Guess]:
    """What a file seems to be, from its first rows. BadInput for one that is unusable as a whole."""
    with called(name):
        file = SeedFile(path, format_)
        records = tuple(islice(file.records(), _SAMPLE))
        if not records:
            raise BadInput("The file has no rows", where=path.name, to_do="Choose a file with at least one row.")
    names = tuple(dict.fromkeys(field for one in records if isinstance(one, Record) for field in one.fields))
    return TableLook(format=file.format, names=names[:1_000], guess=guess(records), records=records[:_SHOWN])


@dataclass(slots=True)
class Refusals:
    """What was refused: the first ones in full, all counted by field and reason."""

    rows: list[RefusedRow] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, row: RefusedRow) -> None:
        self.reasons[f"`{row.field}` {row.reason}" if row.field else row.reason] += 1
        if len(self.rows) < MOST_REFUSALS:
            self.rows.append(row)

    def all(self) -> Refused:
        return Refused(shown=tuple(self.rows), count=self.reasons.total(), reasons=tuple(self.reasons.most_common()))


def usable_rows(
    path: Path,
    format_: FileFormat | None,
    name: str,
    check: Callable[[Record], Row | RefusedRow],
    refusals: Refusals,
    tell: Callable[[ImportProgress], None],
) -> Iterator[Row]:
    """Every usable row of a file; the others go to `refusals`. Whatever `tell` raises ends the reading."""
    with called(name):
        file = SeedFile(path, format_)
        for number, record in enumerate(file.records(), 1):
            if number % _TELL_EVERY == 0:
                tell(ImportProgress(rows=number, share=file.share_read()))
            if isinstance(record, Refusal):
                refusals.add(RefusedRow(row=record.row, field="", reason=record.reason))
                continue
            row = check(record)
            if isinstance(row, RefusedRow):
                refusals.add(row)
            else:
                yield row


def source_of(actor: Actor, path: Path, kind: str, name: str, licence: str) -> Source:
    """Where the rows came from; what became of them is filled in at the end."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(
        id=str(uuid_utils.uuid7()),
        kind=kind,
        name=name,
        licence=licence,
        file_sha256=sha256,
        taken=0,
        merged=0,
        refused=0,
        by=actor.person_id,
        received_at=now(),
    )


def require_some(rows: int, refusals: Refusals, name: str) -> None:
    """BadInput if a file had no usable row at all."""
    if rows:
        return
    if not refusals.rows:
        raise BadInput("The file has no rows", where=name, to_do="Choose a file with at least one row.")
    first = refusals.rows[0]
    where = f"`{first.field}` " if first.field else ""
    raise BadInput(
        f"No row of it can be used; row {first.row:,}: {where}{first.reason}",
        where=name,
        to_do="Choose which column is what, or another file. Nothing was imported.",
    )
