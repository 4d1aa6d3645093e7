"""Seeds: import, list."""

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from core.domain import ids
from core.domain.instruction import Instruction, InstructionKind, Revision
from core.domain.person import Actor
from core.domain.source import ImportReport, Label, Refusal, Source
from core.errors import BadInput
from core.evolution.text import count_words
from core.exchange.seed_jsonl import SeedRow, read_seeds
from core.services.access import may_grow, may_read
from core.services.projects import Project
from core.services.seed_choice import chosen, count_of, mix_of
from core.store import seed_reading

__all__ = ["chosen", "count_of", "mix_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedLine:
    """One row of the table of seeds."""

    id: str
    position: int
    text: str
    words: int
    skill: str
    source: str


def import_jsonl(
    actor: Actor, project: Project, path: Path, *, name: str, licence: str, limit: int | None = None
) -> ImportReport:
    """Take a file's seeds in one transaction: all usable rows, or on any error none. `limit`: only the first so many.

    Exact duplicates are merged. Raises BadInput when no row at all is usable.
    """
    may_grow(actor)
    database = project.database
    source_id = str(uuid_utils.uuid7())
    seen = seed_reading.text_hashes(database)
    position = seed_reading.next_position(database)
    facts: list[object] = []
    refused: list[Refusal] = []
    taken = merged = 0
    for row in read_seeds(path):
        if limit is not None and taken + merged >= limit:
            break
        if isinstance(row, Refusal):
            refused.append(row)
            continue
        hash_ = ids.text_hash(row.text)
        if hash_ in seen:
            merged += 1
            continue
        seen.add(hash_)
        facts += _facts(actor, row, source_id, hash_, position + taken)
        taken += 1
    if not taken and not merged:
        first = refused[0]
        raise BadInput(
            f"No row of it can be used; row {first.row} {first.reason}",
            where=name,
            to_do="Each line needs a JSON object with an `instruction`. Nothing was imported.",
        )
    source = Source(
        id=source_id,
        kind="seeds",
        name=name,
        licence=licence,
        file_sha256=_sha256(path),
        taken=taken,
        merged=merged,
        refused=len(refused),
        by=actor.person_id,
        received_at=datetime.now(UTC),
    )
    database.writer.append_now([source, *facts], by_person=True)
    return ImportReport(source_id=source_id, name=name, taken=taken, merged=merged, refused=tuple(refused))


def _facts(actor: Actor, row: SeedRow, source_id: str, hash_: str, position: int) -> list[object]:
    id_ = ids.seed_instruction_id(source_id, hash_)
    facts: list[object] = [
        Instruction(id=id_, kind=InstructionKind.SEED, seed_id=id_, source_id=source_id, position=position),
        Revision(
            id=ids.revision_id(id_),
            of="instruction",
            of_id=id_,
            number=0,
            text=row.text,
            text_hash=hash_,
            words=count_words(row.text),
            by=actor.person_id,
        ),
    ]
    if row.skill:
        facts.append(
            Label(
                id=ids.label_id(id_, "skill", source_id),
                instruction_id=id_,
                kind="skill",
                value=row.skill,
                by=actor.person_id,
            )
        )
    return facts


def import_shipped(actor: Actor, project: Project, shipped: Path, limit: int | None = None) -> ImportReport:
    """The seeds that come with the studio (CC0)."""
    return import_jsonl(
        actor, project, shipped / "starter_seeds.jsonl", name="Starter seeds", licence="CC0-1.0", limit=limit
    )


def page(actor: Actor, project: Project, *, find: str = "", most: int = 50, offset: int = 0) -> tuple[SeedLine, ...]:
    """One page of the table of seeds."""
    may_read(actor)
    rows = seed_reading.seed_rows(project.database, find=find, most=most, offset=offset)
    return tuple(
        SeedLine(
            id=str(row["id"]),
            position=int(str(row["position"])),
            text=str(row["text"]),
            words=int(str(row["words"])),
            skill=str(row["skill"] or ""),
            source=str(row["source"] or ""),
        )
        for row in rows
    )


def count(actor: Actor, project: Project) -> int:
    may_read(actor)
    return seed_reading.count_seeds(project.database)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One import, as a line."""

    id: str
    name: str
    licence: str
    kind: str
    taken: int
    merged: int
    refused: int
    received_at: datetime


def sources(actor: Actor, project: Project) -> tuple[SourceLine, ...]:
    """The project's imports, newest first."""
    may_read(actor)
    names = [one.name for one in fields(SourceLine)]
    return tuple(SourceLine(**{name: row[name] for name in names}) for row in seed_reading.sources(project.database))


def skills(actor: Actor, project: Project) -> dict[str, int]:
    """How many seeds have each skill; "" for none."""
    may_read(actor)
    return seed_reading.skills(project.database)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
