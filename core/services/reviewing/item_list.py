"""Lists of instructions beside the deck: a filter's items page by page, and any items by id with their whole texts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from core.domain.person import Actor, Role
from core.domain.queue import Queue, QueueFilter, Sort
from core.domain.tree import Piece
from core.evolution.difference import difference
from core.exchange.export_texts import defused
from core.services.access import may_grow, may_review
from core.services.projects import Project
from core.store import list_reading, queue_log, queue_reading
from core.store.database import Database

PAGE = 100
_LINE = 300  # characters
_COMPARED = 4_000  # characters of each text: a difference is for the eye


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One instruction in a list. None: not known, or not for whoever asks. `human` is a HumanStatus or "set_aside"."""

    id: str
    kind: str
    seed_id: str
    run_id: str | None
    revision_id: str
    text: str
    words: int
    epoch: int | None
    operation: str | None
    run_status: str | None
    rule: str | None
    difficulty: float | None
    words_added: int | None
    human: str | None
    flagged: bool
    parent_text: str | None = None

    @property
    def first_words(self) -> str:
        """One line for a table, which a person can save as CSV: a spreadsheet must not take it for a formula."""
        return defused(" ".join(self.text.split())[:_LINE])


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemPage:
    """Some of a filter's items, and how many there are in all. `number`: which page this is."""

    total: int
    number: int
    items: tuple[Item, ...]


def page(
    actor: Actor,
    project: Project,
    wanted: QueueFilter,
    sort: Sort,
    *,
    number: int = 1,
    of: Queue | None = None,
    most: int = PAGE,
) -> ItemPage:
    """Page `number`, from 1 on, of a filter, as the queue `of` lets one see it.

    In a blind queue, or where several decide, that is only what one may know there. Without a queue everything is shown,
    to those who may grow.
    """
    (may_grow if of is None else may_review)(actor)
    seqs = queue_reading.matching(project.database, wanted, sort)
    number = max(1, min(number, -(-len(seqs) // most)))  # what one looked at before may have had more pages
    rows = list_reading.rows(project.database, seqs[(number - 1) * most : number * most])
    return ItemPage(total=len(seqs), number=number, items=_shown(project.database, rows, actor, of))


def items(actor: Actor, project: Project, ids: Iterable[str]) -> tuple[Item, ...]:
    """These items in this order, each with its whole text and its parent's."""
    may_review(actor)
    rows = [row for row in list_reading.items(project.database, list(ids)) if row["text"] is not None]
    return _shown(project.database, rows, actor, None)


def pieces(one: Item, other: Item) -> tuple[Piece, ...] | None:
    """What the other text changes in the first, word by word; None where nearly all is new."""
    changed = difference(one.text[:_COMPARED], other.text[:_COMPARED])
    return None if changed.is_rewritten else changed.pieces


def is_hidden(of: Queue | None) -> bool:
    """Whether a queue keeps other people's verdicts to itself until one has given one's own."""
    return of is not None and (of.hides_makers or of.overlap > 1)


def _is_hidden_from(database: Database, actor: Actor, of: Queue | None) -> bool:
    """The same for somebody who only decides: an item of this list may wait for their own verdict in another queue."""
    if is_hidden(of):
        return True
    return actor.role is Role.ANNOTATOR and any(
        is_hidden(one) for one in queue_log.queues(database) if not one.archived
    )


def _shown(database: Database, rows: Sequence[Mapping[str, Any]], actor: Actor, of: Queue | None) -> tuple[Item, ...]:
    if not _is_hidden_from(database, actor, of):
        return tuple(_item(row) for row in rows)
    own = list_reading.own(database, actor.person_id, [row["id"] for row in rows])
    return tuple(_item(_veiled(row, own, is_blind=of is not None and of.hides_makers)) for row in rows)


def _veiled(row: Mapping[str, Any], own: Collection[str], *, is_blind: bool) -> Mapping[str, Any]:
    veiled = dict(row) if row["id"] in own else {**row, "human_status": None, "set_aside": False}
    if is_blind:
        veiled |= dict.fromkeys(("operation", "epoch", "run_status", "rule", "difficulty", "words_added"))
    return veiled


def _item(row: Mapping[str, Any]) -> Item:
    names = {one.name for one in fields(Item)}
    human = "set_aside" if row["set_aside"] else row["human_status"]
    return Item(**{name: value for name, value in row.items() if name in names}, human=human)
