"""Where instructions come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FileFormat(StrEnum):
    """How a file holds its rows. What the rows are (Alpaca, ShareGPT …) follows from their columns."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def label(self) -> str:
        return {"jsonl": "JSON lines", "json": "JSON list", "csv": "CSV", "parquet": "Parquet"}[self]


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


class SourceEventKind(StrEnum):
    """What became of an import later. `TAKEN_BACK` is said of decisions, the others of reference sets."""

    REMOVED = "removed"
    RESTORED = "restored"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceEvent:
    """The last one of a source holds. `n` facts, right behind it in the log, are what it did."""

    source_id: str
    kind: str
    n: int
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
class Record:
    """One row of a file as it stands there.

    `row` is, in JSON lines, the line; in CSV the spreadsheet's row (the header is row 1); else the item, from 1.
    """

    row: int
    fields: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which column is what. The instruction's may hold text or a conversation, whose first human turn is then taken."""

    instruction: str
    input: str = ""
    skill: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedRow:
    """One usable row. Instruction and input are ONE text block, as the method evolves them (docs/method.md, section 1)."""

    row: int
    text: str
    skill: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a file seems to be, before anything is taken. `guess` is None where no column looks like an instruction."""

    format: FileFormat
    kind: str
    names: tuple[str, ...]
    guess: Columns | None
    records: tuple[Record | Refusal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportProgress:
    """How far an import is. `share` is how much of the file was read (0 to 1); None: not known."""

    rows: int
    share: float | None = None
    is_writing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What became of a file. `refused` are the first refusals, row by row; `reasons` counts all of them, most first."""

    source_id: str
    name: str
    taken: int
    merged: int
    refused: tuple[Refusal, ...]
    refused_count: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What still stands of an import of decisions: verdicts, flags and notes on so many instructions, and skills."""

    decisions: int
    instructions: int
    skills: int
