"""Decisions and labels from a file's rows: which column is what, and each cell checked."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from core.domain import ids
from core.domain.decision import Act, Reason
from core.domain.elsewhere import SaidColumns, SaidRow
from core.domain.skill import skill_named
from core.domain.source import Record, Refusal

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": ("instructionid", "id", "itemid", "uuid"),
    "text_hash": ("texthash", "instructionhash", "sha256", "hash"),
    "text": ("instruction", "text", "prompt", "question"),
    "act": ("verdict", "decision", "act", "humanstatus", "label", "status", "answer"),
    "reason": ("reason", "reasons", "why"),
    "note": ("note", "notes", "comment", "comments", "remark"),
    "person": ("person", "annotator", "rater", "reviewer", "author", "user", "by", "personid", "name"),
    "said_at": ("saidat", "decidedat", "time", "timestamp", "date", "createdat", "updatedat"),
    "skill": ("skill", "category", "topic"),
}
_ACTS = {
    "accept": Act.ACCEPT, "accepted": Act.ACCEPT, "good": Act.ACCEPT, "keep": Act.ACCEPT, "yes": Act.ACCEPT,
    "reject": Act.REJECT, "rejected": Act.REJECT, "bad": Act.REJECT, "remove": Act.REJECT, "no": Act.REJECT,
    "flag": Act.FLAG, "flagged": Act.FLAG, "note": Act.NOTE,
}  # fmt: skip
_NOTHING_SAID = ("", "undecided", "none", "null", "nan")
_REASONS = {one.value: one for one in Reason} | {one.label: one for one in Reason}
_FORMULA = tuple("=+-@\t\r")
_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST_NOTE, _LONGEST_NAME = 20_000, 200


class _Unusable(Exception):
    """Why a row cannot be taken."""


def guess(names: Sequence[str]) -> SaidColumns:
    """By their names; a name is used once."""
    left = {re.sub(r"[\W_]+", "", name).lower(): name for name in reversed(names)}
    found: dict[str, str] = {}
    for field, known in _KNOWN.items():
        word = next((one for one in known if one in left), "")
        found[field] = left.pop(word, "")
    return SaidColumns(**found)


def missing(columns: SaidColumns) -> str:
    """What a file with these columns lacks, in words; "" if it lacks nothing."""
    if not (columns.id or columns.text_hash or columns.text):
        return "No column says which instruction is meant"
    if not (columns.act or columns.note or columns.skill):
        return "No column holds a verdict, a note or a skill"
    return ""


def said_of(record: Record, columns: SaidColumns, by: str, now: datetime) -> SaidRow | Refusal:
    """A usable row, or why it is none. `by` said whatever does not say who did."""
    try:
        return _said(record, columns, by, now)
    except _Unusable as error:
        return Refusal(row=record.row, reason=str(error))


def _said(record: Record, columns: SaidColumns, by: str, now: datetime) -> SaidRow:
    instruction_id, hash_ = _which(record, columns)
    act, note = _act(record, columns), _cell(record, columns.note, _LONGEST_NOTE)
    skill = skill_named(_cell(record, columns.skill, 100))
    if act is Act.NOTE and not note:
        raise _Unusable("is a note without words")
    if act is None and note:
        act = Act.NOTE
    if act is None and not skill:
        raise _Unusable("says nothing: it has no verdict, note or skill")
    person = _cell(record, columns.person, _LONGEST_NAME) or by
    if not person:
        raise _Unusable("does not say who said it")
    return SaidRow(
        row=record.row,
        person=person,
        instruction_id=instruction_id,
        text_hash=hash_,
        act=act,
        reason=_reason(record, columns, act),
        note=note or None,
        said_at=_time(record, columns, now),
        skill=skill,
    )


def _which(record: Record, columns: SaidColumns) -> tuple[str | None, str | None]:
    id_, hash_ = _cell(record, columns.id, 100), _cell(record, columns.text_hash, 100).lower()
    text = _cell(record, columns.text, None)
    if text[:1] == "'" and text[1:2] in _FORMULA:
        text = text[1:]  # as our own tables have what a spreadsheet would take for a formula
    if id_:
        try:
            id_ = str(UUID(id_))
        except ValueError:
            raise _Unusable(f"its `{columns.id}` is no id of an instruction") from None
    if hash_ and not _HASH.fullmatch(hash_):
        raise _Unusable(f"its `{columns.text_hash}` is no SHA-256")
    if text and hash_ and ids.text_hash(text) != hash_:
        raise _Unusable(f"its `{columns.text}` has another hash than its `{columns.text_hash}`")
    if text and not hash_:
        hash_ = ids.text_hash(text)
    if not (id_ or hash_):
        raise _Unusable("names no instruction")
    return id_ or None, hash_ or None


def _act(record: Record, columns: SaidColumns) -> Act | None:
    word = _cell(record, columns.act, 100).casefold()
    if word in _NOTHING_SAID:
        return None
    if word not in _ACTS:
        raise _Unusable(f"its `{columns.act}` is none of accept, reject, flag, note")
    return _ACTS[word]


def _reason(record: Record, columns: SaidColumns, act: Act | None) -> Reason | None:
    word = _cell(record, columns.reason, 100).casefold()
    if not word or act is not Act.REJECT:
        return None
    if word not in _REASONS:
        raise _Unusable(f"its `{columns.reason}` is none of {', '.join(Reason)}")
    return _REASONS[word]


def _time(record: Record, columns: SaidColumns, now: datetime) -> datetime | None:
    cell = record.fields.get(columns.said_at)
    typed = cell.get("iso") if isinstance(cell, Mapping) else None  # as Parquet has it
    word = typed if isinstance(typed, str) else _cell(record, columns.said_at, 100)
    if not word:
        return None
    try:
        said_at = datetime.fromisoformat(word)
    except ValueError:
        raise _Unusable(f"its `{columns.said_at}` is no time such as 2026-11-30T14:05:00Z") from None
    said_at = said_at.replace(tzinfo=said_at.tzinfo or UTC)
    if said_at > now:
        raise _Unusable(f"its `{columns.said_at}` is still to come")
    return said_at.astimezone(UTC)


def _cell(record: Record, column: str, most: int | None) -> str:
    """A cell's text without blanks around it; "" for none."""
    cell = record.fields.get(column) if column else None
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise _Unusable(f"its `{column}` is not text")
    text = cell.strip()
    if most is not None and len(text) > most:
        raise _Unusable(f"its `{column}` is longer than {most:,} characters")
    if "\x00" in text:
        raise _Unusable(f"its `{column}` holds a NUL character")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise _Unusable(f"its `{column}` holds half a character (a lone surrogate)") from None
    return text
