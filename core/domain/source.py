"""Where instructions come from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One import: how many rows were taken, merged as exact duplicates, and refused."""

    id: str
    kind: str
    name: str
    licence: str
    file_sha256: str | None
    taken: int
    merged: int
    refused: int
    by: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A word given to an instruction: its skill, its cluster."""

    id: str
    instruction_id: str
    kind: str
    value: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A row that was not taken, and why."""

    row: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What became of a file. `refused` is shown row by row."""

    source_id: str
    name: str
    taken: int
    merged: int
    refused: tuple[Refusal, ...]
