"""Files of prompts and of responses on their way into a study, and what became of each row."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from core.domain.queue import QueueFilter
from core.domain.source import FileFormat, Record, Refusal

Guess = TypeVar("Guess")


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptColumns:
    """Which column of a file of prompts is what; "" for one that it does not have. `key` names each row (idx of a test set)."""

    text: str
    key: str = ""
    skill: str = ""
    difficulty: str = ""
    model_difficulty: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseColumns:
    """Which column of a file of responses is what. A row says its prompt by `key`, by the prompt's `text`, or both."""

    response: str
    key: str = ""
    text: str = ""
    system: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableLook(Generic[Guess]):
    """What a file seems to be, before anything is taken. `guess` is None where the columns that are needed are not found."""

    format: FileFormat
    names: tuple[str, ...]
    guess: Guess | None
    records: tuple[Record | Refusal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A row that was not taken: in which field, and why."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptRow:
    """A usable row. `key` is "" where the file gives none."""

    row: int
    text: str
    key: str = ""
    skill: str | None = None
    author_difficulty: float | None = None
    model_difficulty: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseRow:
    """A usable row: what one system answered, and how the row says to which prompt. The response may be empty."""

    row: int
    system: str
    response: str
    key: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NearMatch:
    """A row whose prompt is no prompt of the study, but nearly one (`alike` 0 to 1): taken only if a person says so."""

    row: int
    system: str
    said: str
    key: str
    prompt: str
    alike: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmatched:
    """A row whose prompt is none of the study's: what the row says of it."""

    row: int
    system: str
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The first refusals, row by row; `reasons` counts all of them (field and reason), most first."""

    shown: tuple[RefusedRow, ...] = ()
    count: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptReport:
    """What became of prompts: `merged` were there already, word for word. `short_by` more were asked for than there are."""

    name: str
    taken: int
    merged: int = 0
    refused: Refused = field(default_factory=Refused)
    short_by: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemTaken:
    """Of one system: rows taken, how many of them hold no text, and how many of the prompts have no response of it now."""

    name: str
    taken: int
    empty: int
    missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseReport:
    """What became of a file of responses. Every row is in exactly one count. Lists show the first rows, counts all."""

    name: str
    taken: int
    merged: int
    systems: tuple[SystemTaken, ...]
    refused: Refused = field(default_factory=Refused)
    unmatched: tuple[Unmatched, ...] = ()
    unmatched_count: int = 0
    near: tuple[NearMatch, ...] = ()
    near_count: int = 0


class Stratum(StrEnum):
    """What a sample is spread over."""

    SKILL = "skill"
    DIFFICULTY = "difficulty"
    EPOCH = "epoch"
    OPERATION = "operation"


class Spread(StrEnum):
    """Evenly: as many of each stratum as of any other, as far as there are. Proportional: as they are in the dataset."""

    EVEN = "even"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """So many of the dataset's instructions, spread over strata, drawn by a seed. Without a filter: what people accepted."""

    n: int
    over: tuple[Stratum, ...] = (Stratum.SKILL, Stratum.DIFFICULTY, Stratum.EPOCH)
    spread: Spread = Spread.EVEN
    wanted: QueueFilter = field(default_factory=lambda: QueueFilter(statuses=(), people=("accepted",)))
    rng_seed: int = 0
