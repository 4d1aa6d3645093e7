"""The history of a project: everything that was said, the item as it was shown, and taking it back from there."""

from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.domain import ids
from core.domain.decision import Act, Answer, Receipt
from core.domain.history import Entry, HistoryChoices, HistoryFilter, HistoryPage, Looked, Said, Scored, Side
from core.domain.person import Actor, Role
from core.domain.trial import TrialKind
from core.errors import BadInput, NotAllowed, NotFound
from core.evolution.difference import difference
from core.services.access import may_review
from core.services.projects import Project
from core.services.reviewing import edits, queues
from core.services.reviewing.desk import Desk
from core.store import bulk_log, decision_reading, difficulty_log, people, queue_reading, trial_log, undoing
from core.store.decision_log import ENDING

PAGE = 50
_MOST_MEMBERS = 12
_LAST = 2**62
# Where some decisions stay hidden, so many are looked at for one page; then the reader is asked whether to look further.
_BATCH, _MOST_BATCHES = 1_000, 20
_IsHidden = Callable[[dict[str, Any], dict[str, int]], bool]
_UNDOABLE = (Act.ACCEPT, Act.REJECT, Act.ADJUDICATE, Act.SKIP, Act.FLAG, Act.NOTE, Act.EDIT, Act.SCORE)


def choices(actor: Actor, project: Project) -> HistoryChoices:
    """Whom and which queue one can filter by."""
    may_review(actor)
    names = people.names(project.database, actor)
    found = decision_reading.people(project.database)
    return HistoryChoices(
        people={id_: names.get(id_, id_) for id_ in found}, queues=decision_reading.queues(project.database)
    )


def page(actor: Actor, project: Project, wanted: HistoryFilter, before: int | None = None) -> HistoryPage:
    """The newest decisions before this place, at most a page. What the reader is still to decide unseen is left out."""
    may_review(actor)
    ids, older = _visible(project, wanted, before or _LAST, _hidden(actor, _due(actor, project)))
    names = people.names(project.database, actor)
    entries = tuple(_entry(actor, row, names) for row in decision_reading.rows(project.database, ids))
    return HistoryPage(entries=entries, before=older)


def look(actor: Actor, project: Project, decision_id: str) -> Looked:
    """One decision with its item as it was shown, beside how it is now. NotFound for what is not the reader's to see."""
    may_review(actor)
    due, names = _due(actor, project), people.names(project.database, actor)
    row = _row(actor, project, decision_id, due)
    entry = _entry(actor, row, names)
    if row["instruction_id"] is None:
        shown = decision_reading.members(project.database, str(row["bulk_id"]), _MOST_MEMBERS)
        members = tuple(one["text"] for one in shown)
        return Looked(
            entry=entry, parent_text=None, shown=None, now=None, status=None, said=(), members=members
        )  # fmt: skip
    place = decision_reading.place(project.database, str(row["instruction_id"]))
    then, now, parent = row["revision_id"] or place["revision_id"], place["revision_id"], place["parent_revision_id"]
    texts = decision_reading.texts(project.database, {then, now, parent})
    before = None if _was_text_alone(project, row) else texts.get(parent)
    is_due = place["seq"] in due
    return Looked(
        entry=entry,
        parent_text=before,
        shown=_side(before, texts[then]),
        now=None if then == now else _side(before, texts[now]),
        status=None if is_due else place["human_status"],
        said=() if is_due else _said(project, place["id"], names),
        members=(),
        scored=() if is_due else _scored(project, now, names),
    )


def _was_text_alone(project: Project, row: dict[str, Any]) -> bool:
    """Whether the difficulty was asked: then nothing was shown that tells how the text was made."""
    known = trial_log.known(project.database, [row["trial_id"]] if row["trial_id"] else [])
    return any(one.kind is TrialKind.DIFFICULTY for one in known)


def _said(project: Project, instruction_id: str, names: Mapping[str, str]) -> tuple[Said, ...]:
    return tuple(
        Said(
            person=names.get(one["person_id"], one["person_id"]),
            verdict=one["verdict"],
            reason=one["reason"],
            adjudicated=one["kind"] == "adjudicated",
        )
        for one in decision_reading.said(project.database, instruction_id)
    )


def _scored(project: Project, revision_id: str, names: Mapping[str, str]) -> tuple[Scored, ...]:
    return tuple(
        Scored(person=names.get(one["person_id"], one["person_id"]), score=int(one["score"]))
        for one in decision_reading.scored(project.database, revision_id)
    )


def undo(desk: Desk, actor: Actor, project: Project, decision_id: str) -> int:
    """Take a decision back: one's own, as an owner anybody's; a bulk as one. → how many instructions below changed with it.

    The item comes again to whoever had decided it. Whoever's it was, the log keeps both. BadInput if it is taken back already or is nothing that can be.
    """
    may_review(actor)
    row = _row(actor, project, decision_id, _due(actor, project))
    if row["person_id"] != actor.person_id and actor.role is not Role.OWNER:
        raise NotAllowed("This is somebody else's decision", to_do="They can take it back, or an owner.")
    if row["undone_by"] is not None:
        raise BadInput("This was taken back already", to_do="Reload the page to see it.")
    if row["act"] not in _UNDOABLE:
        raise BadInput("This cannot be taken back", to_do="Open the item and decide, or edit it, again.")
    if row["act"] == Act.EDIT:
        edits.take_back(actor, project, decision_id)
        return 0
    now = datetime.now(UTC)
    if row["bulk_id"] is not None:
        return bulk_log.undo(project.database, actor.person_id, str(row["bulk_id"]), now)
    below = 0
    if row["act"] == Act.SCORE:
        difficulty_log.take_back(project.database, actor.person_id, row, now)
    else:
        below = undoing.undo(project.database, actor.person_id, row, now)
    if row["act"] in ENDING and row["trial_id"] is not None:
        undone = Receipt(trial_id=str(row["trial_id"]), act=Act.UNDO, answer=Answer.SAVED)
        desk.settle(replace(actor, person_id=row["person_id"]), project, [undone])
    return below


def _visible(
    project: Project, wanted: HistoryFilter, before: int, is_hidden: _IsHidden
) -> tuple[list[str], int | None]:
    """The ids of a page of decisions that may be seen, and from where on there are older ones."""
    ids: list[str] = []
    for size in (PAGE + 1, *[_BATCH] * _MOST_BATCHES):
        batch = decision_reading.page(project.database, wanted, before, size)
        places = decision_reading.seqs_of(project.database, {one["instruction_id"] for one in batch} - {None})
        for number, one in enumerate(batch, 1):
            before = int(one["seq"])
            if not is_hidden(one, places):
                ids.append(one["id"])
            if len(ids) == PAGE:
                is_last = number == len(batch) < size
                return ids, None if is_last else before
        if len(batch) < size:
            return ids, None
    return ids, before


def _row(actor: Actor, project: Project, decision_id: str, due: Set[int]) -> dict[str, Any]:
    row = decision_reading.row(project.database, decision_id) if ids.is_id(decision_id) else None
    places = decision_reading.seqs_of(project.database, {row["instruction_id"]} - {None}) if row else {}
    if row is None or _hidden(actor, due)(row, places):
        raise NotFound("There is no such decision for you to see", to_do="Choose one from the list.")
    return row


def _due(actor: Actor, project: Project) -> Set[int]:
    """The `seq` of what the reader is still to decide, or to score, unseen by others and without seeing them."""
    due: set[int] = set()
    for queue in queues.every(actor, project):
        if queue.overlap > 1 and not queue.archived and not queue.adjudicates:
            due.update(queue_reading.waiting(project.database, queue, actor.person_id, salt=0))
    return due


def _hidden(actor: Actor, due: Set[int]) -> _IsHidden:
    """Whether a decision is somebody else's on an item that the reader is still to decide for themselves."""

    def is_hidden(row: dict[str, Any], places: dict[str, int]) -> bool:
        return row["person_id"] != actor.person_id and places.get(row["instruction_id"]) in due

    return is_hidden


def _entry(actor: Actor, row: dict[str, Any], names: Mapping[str, str]) -> Entry:
    is_theirs = row["person_id"] == actor.person_id or actor.role is Role.OWNER
    undone_by = row["undone_by"]
    return Entry(
        id=row["id"],
        seq=row["seq"],
        person=names.get(row["person_id"], row["person_id"]),
        act=row["act"],
        verdict=row["verdict"],
        reason=row["reason"],
        note=row["note"],
        queue=row["queue"],
        instruction_id=row["instruction_id"],
        bulk=row["bulk"],
        text=row["text"],
        active_ms=row["active_ms"],
        received_at=row["received_at"],
        undone_by=None if undone_by is None else names.get(undone_by, undone_by),
        may_undo=is_theirs and undone_by is None and row["act"] in _UNDOABLE,
        score=None if row["score"] is None else int(row["score"]),
    )


def _side(parent: str | None, text: str) -> Side:
    if parent is None:
        return Side(text=text, diff=None, rewritten=False)
    change = difference(parent, text)
    return Side(text=text, diff=change.pieces, rewritten=change.is_rewritten)
