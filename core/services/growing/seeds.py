"""Seeds: import, list."""

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from core.domain.person import Actor
from core.domain.source import ImportReport
from core.services.access import may_read
from core.services.growing.seed_choice import chosen, count_of, mix_of
from core.services.growing.seed_files import look, preview
from core.services.growing.seed_import import import_file
from core.services.projects import Project
from core.store import seed_reading

__all__ = ["chosen", "count_of", "import_file", "look", "mix_of", "preview"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedLine:
    """One row of the table of seeds."""

    id: str
    position: int
    text: str
    words: int
    skill: str
    source: str


def import_shipped(actor: Actor, project: Project, shipped: Path, limit: int | None = None) -> ImportReport:
    """The seeds that come with the studio (CC0)."""
    file = shipped / "starter_seeds.jsonl"
    return import_file(actor, project, file, name="Starter seeds", licence="CC0-1.0", limit=limit)


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
class SkillShare:
    """How much of a project has one skill ("" for none): seeds, and survivors of all runs."""

    skill: str
    seeds: int
    survivors: int


def shares(actor: Actor, project: Project) -> tuple[SkillShare, ...]:
    """Seeds and survivors by skill, most seeds first. A survivor has the skill of its seed."""
    may_read(actor)
    return tuple(SkillShare(**row) for row in seed_reading.shares(project.database))


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
