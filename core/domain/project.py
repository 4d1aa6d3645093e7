"""Projects, prompt packs as kept, and people's acts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One DuckDB file. `origin` says how it came about ("demo" for the shipped one)."""

    id: str
    name: str
    created_at: datetime
    origin: str = ""


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
