"""Decisions and labels that were made elsewhere: a file of them is looked through as a whole, then taken as a whole."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import uuid_utils

from core.domain.elsewhere import SaidColumns, SaidCounted, SaidReport
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.source import FileFormat, ImportProgress, Refusal, Source
from core.errors import BadInput
from core.exchange import said_rows
from core.exchange.columns import names_in
from core.services.access import may_grow
from core.services.growing.seed_files import SeedFile, called
from core.services.growing.seed_import import sha256_of
from core.services.projects import Project
from core.services.temporary import temporary_folder
from core.store import said_bulk
from core.store.said_bulk import Settled
from core.store.shelf import Shelf

MOST_REFUSALS = 1_000  # that are named one by one; all are counted
_SAMPLE = 100  # rows that columns are guessed from
_TELL_EVERY = 2_000  # rows


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidLook:
    """What a file with decisions seems to be: its columns, and which of them is what. `lacks` says what is missing, or ""."""

    format: FileFormat
    names: tuple[str, ...]
    columns: SaidColumns
    lacks: str


def _tell_nobody(_: ImportProgress) -> None: ...


def look(actor: Actor, path: Path, *, name: str = "") -> SaidLook:
    """What a file seems to be, from its first rows. Raises BadInput for one that is unusable as a whole."""
    may_grow(actor)
    with called(name):
        file = SeedFile(path)
        names = names_in(islice(file.records(), _SAMPLE))
    if not names:
        raise BadInput("The file has no rows", where=name or path.name, to_do="Choose a file with at least one row.")
    columns = said_rows.guess(names)
    return SaidLook(format=file.format, names=names, columns=columns, lacks=said_rows.missing(columns))


def check(
    actor: Actor, project: Project, path: Path, *, name: str = "", columns: SaidColumns | None = None, by: str = "",
    tell: Callable[[ImportProgress], None] = _tell_nobody,
) -> SaidCounted:  # fmt: skip
    """What a file comes to, row by row. Nothing is taken."""
    may_grow(actor)
    with temporary_folder("said") as folder, called(name or path.name):
        return _settled(actor, project, path, Path(folder), columns, by, tell).counted()


def import_file(
    actor: Actor,
    project: Project,
    path: Path,
    *,
    name: str = "",
    columns: SaidColumns | None = None,
    by: str = "",
    whole: bool = True,
    tell: Callable[[ImportProgress], None] = _tell_nobody,
) -> SaidReport:
    """Add a file's verdicts, flags, notes and skills in one transaction. Raises BadInput for an unusable file.

    `whole`: one unusable row refuses the file, and BadInput names it; else such rows are left out. `by` said whatever does not
    say who did. The people are new ones of kind `imported`, and their decisions have that origin; their order is that of their
    times. What was said already is not said again. Whatever `tell` raises ends the import, and nothing is taken.
    """
    may_grow(actor)
    name = name.strip() or path.name
    with temporary_folder("said") as folder, called(name):
        taking = _settled(actor, project, path, Path(folder), columns, by, tell)
        counted = taking.counted()
        _require(counted, whole=whole)
        tell(ImportProgress(rows=taking.rows, is_writing=True))
        source = _source(actor, path, name, counted)
        below = 0
        if counted.decisions or counted.labels:
            audit = Audit(
                person_id=actor.person_id, act="decisions imported", subject=source.id, origin="",
                received_at=source.received_at,
            )  # fmt: skip
            below = said_bulk.write(project.database, taking.settled, source, audit, source.received_at)
    return SaidReport(source_id=source.id, name=name, counted=counted, set_aside=below)


@dataclass(slots=True, kw_only=True)
class _Taking:
    """What a file's rows come to so far."""

    settled: Settled
    rows: int
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0

    def counted(self) -> SaidCounted:
        new = self.settled.decisions + self.settled.labels
        named = Counter({self.settled.people[id_]: n for id_, n in new.items()})
        all_refused = sorted([*self.refused, *self.settled.refused], key=lambda one: one.row)
        n_new = new.total()
        return SaidCounted(
            decisions=self.settled.decisions.total(),
            labels=self.settled.labels.total(),
            known=self.settled.facts.n - n_new,
            people=tuple(named.most_common()),
            refused=tuple(all_refused[:MOST_REFUSALS]),
            refused_count=self.refused_count + len(self.settled.refused),
        )


def _settled(
    actor: Actor, project: Project, path: Path, folder: Path, columns: SaidColumns | None, by: str,
    tell: Callable[[ImportProgress], None],
) -> _Taking:  # fmt: skip
    columns = columns or look(actor, path).columns
    if lacks := said_rows.missing(columns):
        raise BadInput(lacks, to_do="Say which column is what. Nothing was imported.")
    shelf = said_bulk.said_shelf(folder)
    refused, n_refused, rows = _read(SeedFile(path), columns, by.strip(), shelf, tell)
    settled = said_bulk.settle(project.database, shelf, folder)
    return _Taking(settled=settled, rows=rows, refused=refused, refused_count=n_refused)


def _read(
    file: SeedFile, columns: SaidColumns, by: str, shelf: Shelf, tell: Callable[[ImportProgress], None]
) -> tuple[list[Refusal], int, int]:
    """Usable rows onto the shelf. → the first refusals, how many there are, and how many rows."""
    refused, n_refused, rows, now = list[Refusal](), 0, 0, datetime.now(UTC)
    with shelf.open():
        for record in file.records():
            rows += 1
            said = record if isinstance(record, Refusal) else said_rows.said_of(record, columns, by, now)
            if isinstance(said, Refusal):
                n_refused += 1
                if len(refused) < MOST_REFUSALS:
                    refused.append(said)
            else:
                said_bulk.keep(shelf, said)
            if rows % _TELL_EVERY == 0:
                tell(ImportProgress(rows=rows, share=file.share_read()))
    return refused, n_refused, rows


def _require(counted: SaidCounted, *, whole: bool) -> None:
    is_usable = counted.decisions or counted.labels or counted.known
    if not counted.refused:
        if not is_usable:
            raise BadInput("The file has no rows", to_do="Choose a file with at least one row.")
        return
    first = counted.refused[0]
    if not is_usable:
        raise BadInput(
            f"No row of it can be used; row {first.row:,} {first.reason}", to_do="Mend the file. Nothing was imported."
        )
    if whole:
        more = f"; {counted.refused_count - 1:,} more cannot be used" if counted.refused_count > 1 else ""
        raise BadInput(
            f"Row {first.row:,} {first.reason}{more}",
            to_do="Nothing was imported. Mend the file, or import it without the rows that cannot be used.",
        )


def _source(actor: Actor, path: Path, name: str, counted: SaidCounted) -> Source:
    return Source(
        id=str(uuid_utils.uuid7()), kind="decisions", name=name, licence="", file_sha256=sha256_of(path),
        taken=counted.decisions + counted.labels, merged=counted.known, refused=counted.refused_count,
        by=actor.person_id, received_at=datetime.now(UTC),
    )  # fmt: skip
