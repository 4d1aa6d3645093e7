"""Writing what people judge: whole batches in one transaction, a trial's answers one after the other.

Runs on the writer's thread, so two tabs can never answer one trial twice, and nothing is saved after a study is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from core.domain import ids
from core.domain.decision import Answer
from core.domain.judgment import Judgment, JudgmentReceipt, JudgmentValue
from core.domain.study import Rater
from core.domain.trial import Trial, TrialSlot
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts

_TRIALS = "select id, person_id, study_id from trial where study_id is not null and id in (:ids)"
_STATES = """select study_id, arg_max(kind, seq) as state from study_event
where kind in ('pilot', 'opened', 'closed') and study_id in (:ids) group by study_id"""
_LEFT = "select study_id, subject from study_event where kind = 'left' and study_id in (:ids)"
_JUDGED = "select id, note from judgment where id in (:ids)"
_VALUES = "select * from judgment_value where judgment_id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """One sound answer on its way into the log. `judgment.id` follows from its trial and number."""

    judgment: Judgment
    values: tuple[JudgmentValue, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """What one person sent at once."""

    person_id: str
    ballots: Sequence[Ballot]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the log says of the trials of one transaction. `left`: (study, person); `judged`: judgment → its note and values."""

    trials: dict[str, dict[str, Any]]
    states: dict[str, str]
    left: set[tuple[str, str]]
    judged: dict[str, tuple[str, frozenset[JudgmentValue]]]


def judge(database: Database, person_id: str, ballots: Sequence[Ballot]) -> list[JudgmentReceipt]:
    """Commit a batch of one person's answers, in their order. One receipt each; nothing is written twice.

    A refusal never takes its neighbours with it. When this returns, what is said to be saved survives kill -9.
    """
    batch = _Batch(person_id=person_id, ballots=ballots)
    receipts: list[JudgmentReceipt] = database.writer.run_together(_write, batch)
    return receipts


def _write(
    connection: duckdb.DuckDBPyConnection, seq: int, batches: Sequence[_Batch]
) -> tuple[int, list[list[JudgmentReceipt]]]:
    """Several people's batches, one after the other, in one transaction."""
    known = _known(connection, [one for batch in batches for one in batch.ballots])
    saved: list[Ballot] = []
    receipts: list[list[JudgmentReceipt]] = []
    for batch in batches:
        receipts.append([])
        for one in batch.ballots:
            told = _received(known, batch.person_id, one)
            receipts[-1].append(told)
            if told.answer == Answer.SAVED:
                saved.append(one)
                known.judged[one.judgment.id] = one.judgment.note or "", frozenset(one.values)
    insert_facts(connection, JudgmentValue, [value for one in saved for value in one.values], seq, are_new=True)
    return insert_facts(connection, Judgment, [one.judgment for one in saved], seq, are_new=True), receipts


def give(database: Database, rater: Rater | None, trials: Sequence[Trial], slots: Sequence[TrialSlot]) -> None:
    """Commit that these were given out; whoever gets their first ones is a rater from now on."""
    database.writer.append_now([*trials, *slots, *([rater] if rater else ())], by_person=True)


def _received(known: _Known, person_id: str, one: Ballot) -> JudgmentReceipt:
    judgment = one.judgment
    trial = known.trials.get(judgment.trial_id)
    there = known.judged.get(judgment.id)
    if trial is not None and trial["person_id"] == person_id and there == (judgment.note or "", frozenset(one.values)):
        return receipt(judgment.trial_id, judgment.number, Answer.ALREADY_SAVED)
    why = _refusal(known, trial, person_id, one, is_there=there is not None)
    return receipt(judgment.trial_id, judgment.number, Answer.REFUSED if why else Answer.SAVED, why)


def _refusal(known: _Known, trial: dict[str, Any] | None, person_id: str, one: Ballot, *, is_there: bool) -> str:
    """Why this cannot be saved, in words for its sender; "" if it can."""
    if trial is None:
        return "This is not known here any more. Go on with the next one."
    if trial["person_id"] != person_id:
        return "This was given to somebody else."
    if known.states.get(trial["study_id"]) not in ("pilot", "opened"):
        return "The study is closed. What you had judged before is kept."
    if (trial["study_id"], person_id) in known.left:
        return "You have left this study. What you had judged before is kept."
    if is_there:
        return "You have judged this already, perhaps in another tab. Go back to it to change what you said."
    before = ids.judgment_id(one.judgment.trial_id, one.judgment.number - 1)
    if one.judgment.number > 0 and before not in known.judged:
        return "Your judgment before this one is missing. Go back to it, and judge it again."
    return ""


def receipt(trial_id: str, number: int, answer: Answer, why: str = "") -> JudgmentReceipt:
    return JudgmentReceipt(trial_id=trial_id, number=number, answer=str(answer), why=why)


def _known(connection: duckdb.DuckDBPyConnection, ballots: Sequence[Ballot]) -> _Known:
    trials = {row["id"]: row for row in fetched(connection, _TRIALS, {one.judgment.trial_id for one in ballots})}
    studies = {row["study_id"] for row in trials.values()}
    possible = {one.judgment.id for one in ballots} | {
        ids.judgment_id(one.judgment.trial_id, one.judgment.number - 1) for one in ballots
    }
    notes = {row["id"]: row["note"] or "" for row in fetched(connection, _JUDGED, possible)}
    values: dict[str, set[JudgmentValue]] = {id_: set() for id_ in notes}
    for row in fetched(connection, _VALUES, notes):
        values[row["judgment_id"]].add(JudgmentValue(**row))
    return _Known(
        trials=trials,
        states={row["study_id"]: row["state"] for row in fetched(connection, _STATES, studies)},
        left={(row["study_id"], row["subject"]) for row in fetched(connection, _LEFT, studies)},
        judged={id_: (note, frozenset(values[id_])) for id_, note in notes.items()},
    )
