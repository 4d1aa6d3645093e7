"""Rows of judgments that were made elsewhere: which column is what, and what one row says."""

import math
import re
from collections.abc import Iterable, Mapping

from core.domain.source import Record, Refusal
from core.domain.study import OVERALL
from core.domain.study_file import JudgmentColumns, JudgmentRow
from core.domain.study_import import RefusedRow

_NAMES: Mapping[str, tuple[str, ...]] = {
    "key": ("key", "prompt", "promptkey", "promptid", "idx", "id", "questionid", "instructionid"),
    "system": ("system", "model", "systemname", "modelname"),
    "rater": ("rater", "annotator", "judge", "person", "worker", "raterid", "annotatorid", "workerid"),
    "rank": ("rank", "place", "position"),
    "score": ("score", "rating", "grade", "likert"),
    "criterion": ("criterion", "aspect", "dimension", "question"),
}
_LONGEST, _MOST_RANK, _MOST_SCORE = 200, 100, 1_000.0


def guess_judgments(records: Iterable[Record | Refusal]) -> JudgmentColumns | None:
    """None where prompt, system, rater, or both rank and score are not found."""
    names = dict.fromkeys(name for one in records if isinstance(one, Record) for name in one.fields)
    plain = {re.sub(r"[\W_]+", "", name).lower(): name for name in names}
    found = {what: next((plain[word] for word in words if word in plain), "") for what, words in _NAMES.items()}
    if not (found["key"] and found["system"] and found["rater"] and (found["rank"] or found["score"])):
        return None
    return JudgmentColumns(**found)


def judgment_of(record: Record, columns: JudgmentColumns) -> JudgmentRow | RefusedRow:
    """What a row says, or why it says nothing."""
    named = {name: _name(record.fields.get(name)) for name in (columns.key, columns.system, columns.rater)}
    for name, value in named.items():
        if not value:
            return RefusedRow(row=record.row, field=name, reason="is empty or too long")
    rank, score = (_number(record.fields.get(name)) if name else None for name in (columns.rank, columns.score))
    if rank is not None and not (rank.is_integer() and 1 <= rank <= _MOST_RANK):
        return RefusedRow(row=record.row, field=columns.rank, reason="is no rank: whole numbers from 1 are")
    if score is not None and not (math.isfinite(score) and abs(score) <= _MOST_SCORE):
        return RefusedRow(row=record.row, field=columns.score, reason="is no score")
    if (rank is None) == (score is None):
        return RefusedRow(row=record.row, field="", reason="has neither a rank nor a score, or both")
    criterion = _name(record.fields.get(columns.criterion)) if columns.criterion else ""
    return JudgmentRow(
        row=record.row, key=named[columns.key], system=named[columns.system], rater=named[columns.rater],
        criterion=criterion.lower() or OVERALL, rank=None if rank is None else int(rank), score=score,
    )  # fmt: skip


def _name(cell: object) -> str:
    """Text, or a whole number as text; "" for anything else."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        return ""
    tidy = str(cell).strip()
    return tidy if len(tidy) <= _LONGEST else ""


def _number(cell: object) -> float | None:
    """None for nothing; not a number (nan) for what is none."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return math.nan
    try:
        return float(cell)
    except (ValueError, OverflowError):
        return math.nan
