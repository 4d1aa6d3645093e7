"""Taking a file's texts as seeds, or as whatever else one text a row may be: every usable row in one go, or on any error none."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from core.domain import ids
from core.domain.instruction import InstructionKind
from core.domain.person import Actor
from core.domain.source import Columns, FileFormat, ImportProgress, ImportReport, Refusal, SeedRow, Source
from core.domain.words import count_words
from core.errors import BadInput
from core.exchange.seed_rows import seed_of
from core.services.access import may_grow
from core.services.growing.seed_files import SeedFile, called
from core.services.projects import Project
from core.services.temporary import temporary_folder
from core.store import seed_reading
from core.store.seed_bulk import SeedShelf, write

MOST_REFUSALS = 10_000  # that are kept one by one; all are counted
_TELL_EVERY = 2_000  # rows


def _tell_nobody(_: ImportProgress) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """What a file is taken as. `columns` and `format_` None: guessed; `limit`: only the first so many rows.

    `whole`: one unusable row refuses the file. Else such rows are left out, and each is named with its reason.
    """

    name: str
    licence: str
    columns: Columns | None = None
    format_: FileFormat | None = None
    limit: int | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Onto:
    """Where the texts go: beside so many of their kind. Texts with a hash in `seen` are there already."""

    kind: InstructionKind
    source_kind: str
    n_before: int
    seen: set[bytes]


def import_file(
    actor: Actor,
    project: Project,
    path: Path,
    *,
    name: str,
    licence: str,
    columns: Columns | None = None,
    format_: FileFormat | None = None,
    limit: int | None = None,
    whole: bool = False,
    tell: Callable[[ImportProgress], None] = _tell_nobody,
) -> ImportReport:
    """Take a file's seeds in one transaction: all usable rows, or on any error none. Parameters as in `Import`.

    Exact duplicates are merged. Raises BadInput when the file or every row of it is unusable. Whatever `tell` raises ends
    the import, and nothing is taken.
    """
    may_grow(actor)
    how = Import(name=name, licence=licence, columns=columns, format_=format_, limit=limit, whole=whole)
    n_before, seen = seed_reading.count_seeds(project.database), seed_reading.text_hashes(project.database)
    onto = Onto(kind=InstructionKind.SEED, source_kind="seeds", n_before=n_before, seen=seen)
    return take_file(actor, project, path, how, onto, tell)


def take_file(
    actor: Actor, project: Project, path: Path, how: Import, onto: Onto, tell: Callable[[ImportProgress], None]
) -> ImportReport:
    """The same for any kind of text."""
    may_grow(actor)
    with called(how.name):
        file = SeedFile(path, how.format_)
        columns = how.columns or _guessed(file, how.name)
    with temporary_folder("seeds") as folder:
        with SeedShelf(Path(folder) / "seeds.arrow") as shelf:
            taking = _Taking(shelf, str(uuid_utils.uuid7()), onto.seen, how=how)
            with called(how.name):
                _read(file, columns, taking, tell)
            shelf.flush()
        taking.seen.clear()  # the database needs the memory now
        _require_some(taking, how.name, columns)
        tell(ImportProgress(rows=taking.rows, is_writing=True))
        write(project.database, shelf, _source(actor, path, taking, onto.source_kind), onto.kind, onto.n_before)
    return _report(taking)


def _source(actor: Actor, path: Path, taking: "_Taking", kind: str) -> Source:
    return Source(
        id=taking.source_id,
        kind=kind,
        name=taking.how.name,
        licence=taking.how.licence,
        file_sha256=sha256_of(path),
        taken=taking.shelf.n,
        merged=taking.merged,
        refused=taking.refused_count,
        by=actor.person_id,
        received_at=datetime.now(UTC),
    )


def _report(taking: "_Taking") -> ImportReport:
    return ImportReport(
        source_id=taking.source_id,
        name=taking.how.name,
        taken=taking.shelf.n,
        merged=taking.merged,
        refused=tuple(taking.refused),
        refused_count=taking.refused_count,
        reasons=tuple(taking.reasons.most_common()),
    )


def _guessed(file: SeedFile, name: str) -> Columns:
    look = file.look()
    if look.guess is None and look.names:
        raise BadInput(
            "No column looks like an instruction",
            where=name,
            to_do=f"Say which one it is. There are: {', '.join(one[:60] for one in look.names[:20])}.",
        )
    return look.guess or Columns(instruction="instruction", input="input", skill="skill")


def _read(file: SeedFile, columns: Columns, taking: "_Taking", tell: Callable[[ImportProgress], None]) -> None:
    for record in file.records(columns):
        row = record if isinstance(record, Refusal) else seed_of(record, columns)
        if not taking.take(row):
            return
        if taking.rows % _TELL_EVERY == 0:
            tell(ImportProgress(rows=taking.rows, share=file.share_read()))


@dataclass(slots=True)
class _Taking:
    """What becomes of each row. `seen` are the hashes of all texts that are there already."""

    shelf: SeedShelf
    source_id: str
    seen: set[bytes]
    how: Import
    rows: int = 0
    merged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def refused_count(self) -> int:
        return self.reasons.total()

    def take(self, row: SeedRow | Refusal) -> bool:
        """False when the limit is reached, and the row is not taken."""
        if self.how.limit is not None and self.shelf.n + self.merged >= self.how.limit:
            return False
        self.rows += 1
        if isinstance(row, Refusal):
            self._refuse(row)
            return True
        digest = hashlib.sha256(row.text.encode("utf-8"))
        if digest.digest() in self.seen:
            self.merged += 1
            return True
        self.seen.add(digest.digest())
        self._shelve(row, digest.hexdigest())
        return True

    def _refuse(self, row: Refusal) -> None:
        if self.how.whole:
            raise BadInput(f"Row {row.row:,} {row.reason}", to_do="Mend the file. Nothing was imported.")
        self.reasons[row.reason] += 1
        if len(self.refused) < MOST_REFUSALS:
            self.refused.append(row)

    def _shelve(self, row: SeedRow, hash_: str) -> None:
        id_ = ids.seed_instruction_id(self.source_id, hash_)
        self.shelf.add(
            id_=id_,
            revision_id=ids.revision_id(id_),
            label_id=ids.label_id(id_, "skill", self.source_id) if row.skill else "",
            text=row.text,
            text_hash=hash_,
            words=count_words(row.text),
            skill=row.skill,
        )


def _require_some(taking: _Taking, name: str, columns: Columns) -> None:
    if taking.shelf.n or taking.merged:
        return
    if not taking.refused:
        raise BadInput("The file has no rows", where=name, to_do="Choose a file with at least one row.")
    first = taking.refused[0]
    raise BadInput(
        f"No row of it can be used; row {first.row:,} {first.reason}",
        where=name,
        to_do=f"Each row needs an instruction in `{columns.instruction}`. Nothing was imported.",
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
