"""Queues: which instructions wait for people, in which order, and how they are shown."""

from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    OLDEST = "oldest"
    LINEAGE = "lineage"
    RANDOM = "random"
    HARDEST = "hardest"

    @property
    def label(self) -> str:
        return {
            Sort.OLDEST: "Oldest first",
            Sort.LINEAGE: "By seed, whole lineages",
            Sort.RANDOM: "At random",
            Sort.HARDEST: "Hardest first",
        }[self]


class Asks(StrEnum):
    """What is asked of each item: a verdict, or how difficult the instruction is, 1 to 10, by its text alone."""

    VERDICT = "verdict"
    DIFFICULTY = "difficulty"

    @property
    def label(self) -> str:
        return {
            Asks.VERDICT: "A verdict",
            Asks.DIFFICULTY: "Difficulty",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFilter:
    """Which instructions. Every field narrows; an empty one does not. Ranges are inclusive.

    `kinds` are instruction kinds, `statuses` run statuses, `people` human statuses; `decided_by` is a person's id,
    `rule` the elimination rule that failed first, `failed` one that failed at all; `find` words in the current text,
    whatever their case. `grown_in` is a run: of the seeds that it grew, whatever came of them in whichever run.
    `made_by` are systems that wrote the text, `packs` hashes of prompt packs, `added` words more than the parent has,
    `said` the mean difficulty that people say, `is_scored` whether the model has said one. `clusters` are of the map `map_id`,
    `selection_id` is what was kept of one, `ids` are instructions by name.
    """

    run_id: str | None = None
    seed_id: str | None = None
    source_id: str | None = None
    kinds: tuple[str, ...] = ("evolved",)
    statuses: tuple[str, ...] = ("survived",)
    people: tuple[str, ...] = ()
    epochs: tuple[int, ...] = ()
    operations: tuple[str, ...] = ()
    rule: str | None = None
    skills: tuple[str, ...] = ()
    difficulty_from: float | None = None
    difficulty_to: float | None = None
    is_scored: bool | None = None
    words_from: int | None = None
    words_to: int | None = None
    decided_by: str | None = None
    has_note: bool | None = None
    is_flagged: bool | None = None
    set_aside: bool | None = False
    find: str = ""
    grown_in: str | None = None
    failed: str | None = None
    made_by: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    added_from: int | None = None
    added_to: int | None = None
    said_from: float | None = None
    said_to: float | None = None
    map_id: str | None = None
    clusters: tuple[int, ...] = ()
    selection_id: str | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A saved filter with a name, and how its items are given out.

    `overlap` people decide each item, or that share of the items (the others need one). `audit_share`: so many of the
    items come from what the machine eliminated in the same runs, unmarked. `repeat_share`: so many of one's own items
    come back later, unmarked. `blind` hides operation, model and automatic verdicts. Shares are 0 to 1. Where the difficulty is
    asked, a card shows the instruction's text and nothing else; then `overlap` people score each item.
    """

    id: str
    name: str
    filter: QueueFilter = field(default_factory=QueueFilter)
    sort: Sort = Sort.OLDEST
    overlap: int = 1
    overlap_share: float = 1.0
    blind: bool = False
    audit_share: float = 0.0
    repeat_share: float = 0.0
    adjudicates: bool = False
    archived: bool = False
    asks: Asks = Asks.VERDICT

    @property
    def hides_makers(self) -> bool:
        """Operation, epoch's work and model are not for whoever answers in it."""
        return self.blind or self.asks is Asks.DIFFICULTY
