"""What people said of the project's instructions in some other place: verdicts, flags, notes and skills, as a file has them."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.decision import Act, Reason
from core.domain.source import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidColumns:
    """Which column is what ("": none is). Of `id`, `text_hash` and `text` at least one says which instruction is meant."""

    id: str = ""
    text_hash: str = ""
    text: str = ""
    act: str = ""
    reason: str = ""
    note: str = ""
    person: str = ""
    said_at: str = ""
    skill: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidRow:
    """One usable row. The instruction is named by its id, by the SHA-256 of its text, or by both, which then have to agree.

    `said_at` None: the file does not say. A row has an act, a note, a skill, or several of them.
    """

    row: int
    person: str
    instruction_id: str | None = None
    text_hash: str | None = None
    act: Act | None = None
    reason: Reason | None = None
    note: str | None = None
    said_at: datetime | None = None
    skill: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidCounted:
    """What a file comes to: how many decisions and labels would be new, how many are here already, and the rows that cannot be used.

    `refused` are the first of them. `people` are the names, most decisions first.
    """

    decisions: int
    labels: int
    known: int
    people: tuple[tuple[str, int], ...]
    refused: tuple[Refusal, ...]
    refused_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidReport:
    """What became of a file."""

    source_id: str
    name: str
    counted: SaidCounted
    set_aside: int
