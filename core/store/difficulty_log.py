"""Writing how difficult people find instructions: one judgment a trial, and a void one after it where it is taken back.

What the deck sends is written inside the transaction of its batch of decisions (core/store/decision_log.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from core.domain import ids
from core.domain.decision import Act, Answer, Receipt, Submission
from core.domain.judgment import Judgment, JudgmentValue, Outcome
from core.domain.project import Audit
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts

DIFFICULTY = "difficulty"  # the criterion, and the kind of the trials
SCORES = range(1, 11)
_TAKEN_BACK = "difficulty taken back"  # the audit of somebody who took back what another had said
_SAID = """select j.trial_id, j.number, j.outcome, v.score from judgment j
left join judgment_value v on v.judgment_id = j.id where j.id in (:ids) order by j.number"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The newest answer to a trial: 0 is a score, 1 takes it back."""

    number: int
    score: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A judgment with its value; a void one has none."""

    judgment: Judgment
    values: tuple[JudgmentValue, ...] = ()


def said(connection: duckdb.DuckDBPyConnection, trial_ids: Iterable[str]) -> dict[str, Said]:
    """Trial id → what was answered last. By primary key: nobody answers a trial more than twice."""
    wanted = [ids.judgment_id(trial, number) for trial in trial_ids for number in (0, 1)]
    rows = fetched(connection, _SAID, wanted)
    return {row["trial_id"]: Said(number=row["number"], score=row["score"]) for row in rows}


def judged(
    trial: dict[str, Any], last: Said | None, current: str, one: Submission, now: datetime
) -> tuple[Scored | None, Receipt]:
    """What a score, or the undo of one, becomes. `current` is the text that the instruction has now."""
    receipt = Receipt(trial_id=one.trial_id, act=one.act, answer=Answer.REFUSED)
    number = 1 if one.act is Act.UNDO else 0
    judgment_id = ids.judgment_id(one.trial_id, number)
    if last is not None and (last.number, one.act) in ((0, Act.SCORE), (1, Act.UNDO)):
        if one.act is Act.UNDO or one.score == last.score:
            return None, replace(receipt, answer=Answer.ALREADY_SAVED, decision_id=judgment_id)
        return None, replace(receipt, why="You have said this already.")
    if why := _refusal(trial, last, current, one):
        return None, replace(receipt, why=why)
    judgment = Judgment(
        id=judgment_id, trial_id=one.trial_id, number=number, received_at=now, note=one.note, active_ms=one.active_ms,
        outcome=Outcome.VOID if one.act is Act.UNDO else Outcome.JUDGED, decided_at_browser=one.decided_at_browser,
    )  # fmt: skip
    saved = replace(receipt, answer=Answer.SAVED, decision_id=judgment_id, instruction_id=trial["instruction_id"])
    return Scored(judgment=judgment, values=_values(judgment_id, one)), saved


def take_back(database: Database, person_id: str, row: Mapping[str, Any], now: datetime) -> None:
    """Take back a score (a row of decision_reading) after the fact. Doing it twice changes nothing.

    The judgment is its giver's; if somebody else takes it back, the audit says who did.
    """
    trial_id = str(row["trial_id"])
    void = Judgment(id=ids.judgment_id(trial_id, 1), trial_id=trial_id, number=1, received_at=now, outcome=Outcome.VOID)
    by_another = [Audit(person_id=person_id, act=_TAKEN_BACK, subject=void.id, origin="", received_at=now)]

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        if said(connection, [trial_id])[trial_id].number:
            return 0
        used = insert_facts(connection, Judgment, [void], seq)
        audits = by_another if person_id != row["person_id"] else []
        return used + insert_facts(connection, Audit, audits, seq + used)

    database.writer.run_numbered(write, by_person=True)


def _refusal(trial: dict[str, Any], last: Said | None, current: str, one: Submission) -> str:
    """Why this cannot be said, in words for its sender; "" if it can."""
    if one.act is Act.UNDO:
        return ""
    if last is not None:
        return "This was undone; the item comes again."
    if one.score not in SCORES:
        return "A difficulty is a whole number from 1 to 10."
    if {one.revision_id or trial["revision_id"], trial["revision_id"]} != {current}:
        return "Its text was changed after you had got it. It comes again with the new text."
    return ""


def _values(judgment_id: str, one: Submission) -> tuple[JudgmentValue, ...]:
    if one.score is None or one.act is Act.UNDO:
        return ()
    return (JudgmentValue(judgment_id=judgment_id, position=0, criterion=DIFFICULTY, score=float(one.score)),)
