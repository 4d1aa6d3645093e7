"""What can be taken out of a project, in which form, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.queue import QueueFilter
from core.domain.shaping import UNSAID, USUAL, Licences, Shaping, SplitSize, Step

EVERY_KIND = ("seed", "evolved", "prompt", "reference")
ACCEPTED = QueueFilter(kinds=EVERY_KIND, statuses=(), people=("accepted",), set_aside=None)


class ExportFormat(StrEnum):
    """What is written. Plain formats hold instructions with their responses, pairs two siblings, a lineage everything that is known.

    A dataset is a folder that `datasets.load_dataset` opens: Parquet files by split and a card.
    """

    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"
    CHAT = "chat"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    PAIRS = "dpo"
    DATASET = "dataset"
    DATASET_CHAT = "dataset-chat"
    DATASET_PAIRS = "dataset-dpo"
    LINEAGE = "lineage"
    LINEAGE_PARQUET = "lineage-parquet"

    @property
    def label(self) -> str:
        return _ABOUT[self][0]

    @property
    def suffix(self) -> str:
        """The end of its files' names."""
        return _ABOUT[self][1]

    @property
    def media_type(self) -> str:
        return _ABOUT[self][2]

    @property
    def is_lineage(self) -> bool:
        return self in (ExportFormat.LINEAGE, ExportFormat.LINEAGE_PARQUET)

    @property
    def is_folder(self) -> bool:
        return self in (ExportFormat.DATASET, ExportFormat.DATASET_CHAT, ExportFormat.DATASET_PAIRS)

    @property
    def is_pairs(self) -> bool:
        return self in (ExportFormat.PAIRS, ExportFormat.DATASET_PAIRS)


_JSON, _LINES, _ZIP = "application/json", "application/x-ndjson", "application/zip"
_PARQUET = "application/vnd.apache.parquet"
_ABOUT = {
    ExportFormat.ALPACA: ("Alpaca JSON", "alpaca.json", _JSON),
    ExportFormat.SHAREGPT: ("ShareGPT JSON", "sharegpt.json", _JSON),
    ExportFormat.CHAT: ("Chat messages, JSON lines", "chat.jsonl", _LINES),
    ExportFormat.JSONL: ("JSON lines", "jsonl", _LINES),
    ExportFormat.CSV: ("CSV", "csv", "text/csv; charset=utf-8"),
    ExportFormat.PARQUET: ("Parquet", "parquet", _PARQUET),
    ExportFormat.PAIRS: ("Preference pairs (DPO), JSON lines", "dpo.jsonl", _LINES),
    ExportFormat.DATASET: ("Dataset folder with a card", "dataset.zip", _ZIP),
    ExportFormat.DATASET_CHAT: ("Dataset folder, chat messages", "chat.dataset.zip", _ZIP),
    ExportFormat.DATASET_PAIRS: ("Dataset folder, preference pairs", "dpo.dataset.zip", _ZIP),
    ExportFormat.LINEAGE: ("Lineage, JSON lines", "lineage.jsonl", _LINES),
    ExportFormat.LINEAGE_PARQUET: ("Lineage, Parquet", "lineage.parquet", _PARQUET),
}


class Unready(StrEnum):
    """Why a row is no usable pair of instruction and response."""

    NO_TEXT = "no_text"
    NO_RESPONSE = "no_response"
    STALE_RESPONSE = "stale_response"

    @property
    def label(self) -> str:
        return {
            Unready.NO_TEXT: "has no text: its evolution failed or is still to come",
            Unready.NO_RESPONSE: "has no response",
            Unready.STALE_RESPONSE: "has a response to an earlier text",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What somebody wants to take out. `wanted` None is everything.

    `with_names`: people are named in a lineage instead of numbered. `with_unready`: also rows that are `Unready`; a lineage
    has them anyhow, and pairs are of instructions alone. A lineage is never shaped, and only a folder has a test split and licences.
    """

    format: ExportFormat
    wanted: QueueFilter | None = ACCEPTED
    with_names: bool = False
    with_unready: bool = False
    shaping: Shaping = USUAL
    licences: Licences = UNSAID

    @property
    def takes_unready(self) -> bool:
        return self.with_unready or self.format.is_lineage or self.format.is_pairs


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What an order comes to. `rows` are written; `above` of them are there only because others grew from them.

    `unready` counts, by reason, the rows that are left out, or in a lineage those that are in it all the same. `steps` are those of
    the shaping, from so many rows that were `picked`; `splits` says how many rows each split has, and from how many lineages.
    """

    as_of_seq: int
    rows: int
    above: int = 0
    unready: Mapping[Unready, int] = field(default_factory=dict)
    picked: int = 0
    steps: tuple[Step, ...] = ()
    splits: tuple[SplitSize, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DataRow:
    """One instruction with its response, as the plain formats have it. None: not known, or there is none."""

    id: str
    seed_id: str
    run: int | None
    kind: str
    operation: str | None
    epoch: int
    depth: int
    instruction: str
    response: str | None
    response_is_stale: bool
    difficulty: float | None
    words_added: int | None
    run_status: str | None
    human_status: str
    evolved_by: str | None
    answered_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairRow:
    """Two children of one parent, of which people accepted one and rejected the other; `prompt` is the text that both grew from."""

    id: str
    seed_id: str
    prompt: str
    chosen: str
    rejected: str
    chosen_id: str
    rejected_id: str
    chosen_operation: str | None
    rejected_operation: str | None
    epoch: int
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """That something was taken out whole. `filter` is JSON ("" for everything), `sha256` that of the file, of a folder that of its zip.

    `options` (JSON, "" if nobody noted them) is all that it was made with besides the filter, `software` (JSON) what made it.
    """

    id: str
    format: str
    filter: str
    as_of_seq: int
    sha256: str
    rows: int
    by: str
    options: str = ""
    software: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastExport:
    """An earlier export, as a line."""

    export: Export
    taken_at: datetime
    by_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A row of a lineage that was not taken: where it stands, which instruction it is, and why."""

    row: int
    id: str
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineageReport:
    """What became of a lineage file. `skipped` rows were here already, the same in every respect."""

    source_id: str
    name: str
    project: str
    taken: int
    skipped: int
    refused: tuple[RefusedRow, ...]
    refused_count: int
    new_runs: int
