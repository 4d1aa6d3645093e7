"""What was decided, by whom, as it was shown: the log as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.tree import Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryFilter:
    """Which decisions. Every field narrows; an empty one does not. `since` is included, `until` is not.

    `find`: words in the text that was shown, or in the note, whatever their case.
    """

    person: str = ""
    act: str = ""
    reason: str = ""
    queue: str = ""
    since: datetime | None = None
    until: datetime | None = None
    find: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One decision in the history. `bulk` is how many instructions it was about, None of a single one.

    `text` is what was shown (its first words in a list), None of a bulk. `may_undo`: whoever reads it may take it back.
    `score`: how difficult the text was said to be, 1 to 10, of the act `score` alone.
    """

    id: str
    seq: int
    person: str
    act: str
    verdict: str | None
    reason: str | None
    note: str | None
    queue: str | None
    instruction_id: str | None
    bulk: int | None
    text: str | None
    active_ms: int | None
    received_at: datetime
    undone_by: str | None
    may_undo: bool
    score: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    """Decisions newest first, and from where on there are older ones (None: there are none)."""

    entries: tuple[Entry, ...]
    before: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """A text against the parent's text that it grew from. `diff` is None without a parent."""

    text: str
    diff: tuple[Piece, ...] | None
    rewritten: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A verdict that stands now."""

    person: str
    verdict: str
    reason: str | None
    adjudicated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """How difficult somebody finds the text as it is now, 1 to 10."""

    person: str
    score: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """A decision as it was made, beside its item as it is now. `now` is None where the text is the same still.

    `members` are the first words of some of what a bulk was about. `status`, `said` and `scored` are empty as long as the
    reader is still to say something of the item unseen.
    """

    entry: Entry
    parent_text: str | None
    shown: Side | None
    now: Side | None
    status: str | None
    said: tuple[Said, ...]
    members: tuple[str, ...]
    scored: tuple[Scored, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryChoices:
    """By what a history can be filtered: people and queues with decisions, by id, with their names."""

    people: Mapping[str, str]
    queues: Mapping[str, str]
