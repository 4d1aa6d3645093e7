"""Reference sets: instructions made elsewhere (Alpaca, ShareGPT, any file that seeds may come from), to compare the dataset with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.domain.instruction import InstructionKind
from core.domain.person import Actor
from core.domain.source import Columns, FileFormat, ImportProgress, ImportReport
from core.errors import BadInput
from core.services.access import may_grow, may_read
from core.services.growing.seed_files import called
from core.services.growing.seed_import import Import, Onto, sha256_of, take_file
from core.services.projects import Project
from core.store import reference_reading

TellImport = Callable[[ImportProgress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceSet:
    """One set: `n` different texts, `merged` repetitions of them, `refused` rows that could not be used."""

    id: str
    name: str
    licence: str
    n: int
    merged: int
    refused: int
    by_name: str
    received_at: datetime
    is_removed: bool


def _tell_nobody(_: ImportProgress) -> None: ...


def import_file(
    actor: Actor,
    project: Project,
    path: Path,
    *,
    name: str = "",
    licence: str = "",
    columns: Columns | None = None,
    format_: FileFormat | None = None,
    limit: int | None = None,
    whole: bool = False,
    tell: TellImport = _tell_nobody,
) -> ImportReport:
    """Add a file as a reference set, in one transaction; as `growing.seeds.import_file` reads its rows and takes its parameters.

    Its texts are instructions of kind `reference` with the set as their source: in no queue, export or statistic unless
    somebody names that kind. They stand beside seeds with the same text. Raises BadInput for a file that is a set already.
    """
    may_grow(actor)
    name = name.strip() or path.name
    _require_new(project, path, name)
    how = Import(name=name, licence=licence.strip(), columns=columns, format_=format_, limit=limit, whole=whole)
    onto = Onto(
        kind=InstructionKind.REFERENCE,
        source_kind="reference",
        n_before=reference_reading.count(project.database),
        seen=set(),
    )
    with called(name):
        return take_file(actor, project, path, how, onto, tell)


def _require_new(project: Project, path: Path, name: str) -> None:
    before = reference_reading.of_file(project.database, sha256_of(path)) if path.is_file() else None
    if before is None:
        return
    if before["is_removed"]:
        raise BadInput(
            f"This file was here already, as “{before['name']}”, and was removed", where=name,
            to_do="Bring that set back: page Data, Bring in, What came in; or `references restore`.",
        )  # fmt: skip
    raise BadInput(f"This file is here already, as “{before['name']}”", where=name, to_do="Choose another file.")


def every(actor: Actor, project: Project) -> tuple[ReferenceSet, ...]:
    """The project's reference sets, newest first; removed ones too."""
    may_read(actor)
    return tuple(
        ReferenceSet(
            id=row["id"], name=row["name"], licence=row["licence"], n=row["taken"], merged=row["merged"],
            refused=row["refused"], by_name=row["by_name"], received_at=row["received_at"],
            is_removed=row["is_removed"],
        )
        for row in reference_reading.sets(project.database)
    )  # fmt: skip
