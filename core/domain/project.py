"""Projects, prompt packs as kept, and people's acts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One DuckDB file. `origin` says how it came about ("demo" for the shipped one)."""

    id: str
    name: str
    created_at: datetime
    origin: str = ""
    consensus_rule: str = "first"


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptPack:
    """A pack's files as they were when a run used them (JSON: name to text)."""

    hash: str
    name: str
    files: str
    from_hash: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Who did what, when."""

    person_id: str
    act: str
    subject: str
    origin: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What an installation remembers of a project: where its file lies (None: among the others), whether it was put away."""

    slug: str
    path: Path | None
    name: str
    archived_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectCard:
    """A project among the others. None: not known, because its file is not open; `problem` says if it cannot be."""

    slug: str
    name: str
    path: Path
    n_bytes: int | None
    runs: int | None = None
    going: int | None = None
    seeds: int | None = None
    last_used: datetime | None = None
    archived: bool = False
    problem: str = ""
