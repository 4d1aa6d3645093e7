"""Writing what people decide: whole batches in one transaction, with everything that follows from them.

Runs on the writer's thread, so two people (or two tabs) can never decide one trial twice: whoever comes second is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from core.domain import ids
from core.domain.decision import Act, Answer, Decision, Receipt, Submission, Verdict
from core.domain.judgment import Judgment, JudgmentValue
from core.store import difficulty_log
from core.store.database import Database
from core.store.decision_effects import Effect, project
from core.store.difficulty_log import DIFFICULTY, Said, Scored
from core.store.rows import fetched
from core.store.tables import insert_facts

ENDING = (Act.ACCEPT, Act.REJECT, Act.ADJUDICATE, Act.SKIP, Act.SCORE)  # a trial has one of these at most
_VERDICT = {Act.ACCEPT: Verdict.ACCEPT, Act.REJECT: Verdict.REJECT}
_TRIALS = "select id, kind, person_id, origin from trial where study_id is null and id in (:ids)"
_SHOWN = "select trial_id as id, revision_id from trial_slot where position = 0 and trial_id in (:ids)"
_OF = "select id, of_id from revision where id in (:ids)"
_DECIDED = "select id from decision where id in (:ids)"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the log knows of one batch: its trials by id, what was decided and said in them, the current texts."""

    trials: dict[str, dict[str, Any]]
    decided: set[str]
    said: dict[str, Said]
    current: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """What one person sent at once."""

    person_id: str
    submissions: Sequence[Submission]
    now: datetime


def decide(database: Database, person_id: str, submissions: Sequence[Submission], now: datetime) -> list[Receipt]:
    """Commit a batch of one person's submissions, in their order. One receipt each; nothing is written twice.

    A refusal never takes its neighbours with it. When this returns, what is said to be saved survives kill -9.
    """
    batch = _Batch(person_id=person_id, submissions=submissions, now=now)
    receipts: list[Receipt] = database.writer.run_together(_write, batch)
    return receipts


def _write(
    connection: duckdb.DuckDBPyConnection, seq: int, batches: Sequence[_Batch]
) -> tuple[int, list[list[Receipt]]]:
    """Several people's batches, one after the other, in one transaction."""
    known = _known(connection, [one for batch in batches for one in batch.submissions])
    facts: list[Decision | Scored] = []
    receipts: list[list[Receipt]] = []
    for batch in batches:
        receipts.append([])
        for submission in batch.submissions:
            fact, receipt = _judged(known, batch.person_id, submission, batch.now)
            receipts[-1].append(receipt)
            if fact is not None:
                facts.append(fact)
                _remember(known, fact)
    decisions = [one for one in facts if isinstance(one, Decision)]
    scored = [one for one in facts if isinstance(one, Scored)]
    used = insert_facts(connection, Decision, decisions, seq, are_new=True)
    used += insert_facts(connection, Judgment, [one.judgment for one in scored], seq + used)
    insert_facts(connection, JudgmentValue, [value for one in scored for value in one.values], seq)
    below = project(connection, {one.instruction_id for one in decisions if one.instruction_id})
    return used, [[_completed(receipt, below) for receipt in told] for told in receipts]


def _remember(known: _Known, fact: Decision | Scored) -> None:
    """For whatever comes behind it in the same batch."""
    if isinstance(fact, Decision):
        known.decided.add(fact.id)
    else:
        score = fact.values[0].score if fact.values else None
        known.said[fact.judgment.trial_id] = Said(number=fact.judgment.number, score=score)


def _judged(known: _Known, person_id: str, one: Submission, now: datetime) -> tuple[Decision | Scored | None, Receipt]:
    """Whether this submission becomes a fact, and what its sender is told."""
    receipt = Receipt(trial_id=one.trial_id, act=one.act, answer=Answer.REFUSED)
    trial = known.trials.get(one.trial_id)
    if trial is None:
        return None, replace(receipt, why="This item is not known here any more. It comes again with the next ones.")
    if trial["person_id"] != person_id:
        return None, replace(receipt, why="This item was given to somebody else.")
    if one.act is Act.SCORE or (one.act is Act.UNDO and one.trial_id in known.said):
        return _scored(known, trial, one, now)
    decision_id = ids.decision_id(one.trial_id, one.act)
    if decision_id in known.decided:
        return None, replace(receipt, answer=Answer.ALREADY_SAVED, decision_id=decision_id)
    ended = _ended(known, one.trial_id)
    if one.act is Act.UNDO:
        why = "" if ended else "There is nothing to undo."
    else:
        why = _refusal(known, trial, one, ended)
    if why:
        return None, replace(receipt, why=why)
    decision = Decision(
        id=decision_id,
        person_id=person_id,
        act=one.act,
        received_at=now,
        trial_id=one.trial_id,
        instruction_id=trial["instruction_id"],
        revision_id=one.revision_id or trial["revision_id"],
        verdict=one.verdict if one.act is Act.ADJUDICATE else _VERDICT.get(one.act),
        reason=one.reason if one.act in (Act.REJECT, Act.ADJUDICATE) else None,
        note=one.note,
        undoes_id=ended if one.act is Act.UNDO else None,
        origin=trial["origin"],
        active_ms=one.active_ms,
        decided_at_browser=one.decided_at_browser,
    )
    saved = replace(receipt, answer=Answer.SAVED, decision_id=decision_id, instruction_id=trial["instruction_id"])
    return decision, saved


def _scored(known: _Known, trial: dict[str, Any], one: Submission, now: datetime) -> tuple[Scored | None, Receipt]:
    """The same for how difficult something is."""
    receipt = Receipt(trial_id=one.trial_id, act=one.act, answer=Answer.REFUSED)
    if trial["kind"] != DIFFICULTY:
        return None, replace(receipt, why="Of this item a verdict is asked, not its difficulty.")
    if one.act is Act.SCORE and _ended(known, one.trial_id):
        return None, replace(receipt, why="You have skipped this already.")
    if one.act is Act.SCORE and ids.decision_id(one.trial_id, Act.UNDO) in known.decided:
        return None, replace(receipt, why="This was undone; the item comes again.")
    current = known.current[trial["instruction_id"]]
    return difficulty_log.judged(trial, known.said.get(one.trial_id), current, one, now)


def _refusal(known: _Known, trial: dict[str, Any], one: Submission, ended: str | None) -> str:
    """Why this cannot be decided, in words for its sender; "" if it can."""
    if trial["kind"] == DIFFICULTY and one.act not in (Act.SKIP, Act.NOTE):
        return "Of this item only the difficulty is asked."
    if one.act in ENDING and (ended or one.trial_id in known.said):
        return "You have decided this already."
    if one.act in ENDING and ids.decision_id(one.trial_id, Act.UNDO) in known.decided:
        return "This was undone; the item comes again."
    if one.act is Act.ADJUDICATE and one.verdict is None:
        return "An adjudication needs a verdict."
    shown = one.revision_id or trial["revision_id"]
    if one.act in (Act.ACCEPT, Act.REJECT, Act.ADJUDICATE) and shown != known.current[trial["instruction_id"]]:
        return "Its text was changed after you had got it. It comes again with the new text."
    return ""


def _ended(known: _Known, trial_id: str) -> str | None:
    """The decision that ended a trial, unless it was undone."""
    if ids.decision_id(trial_id, Act.UNDO) in known.decided:
        return None
    possible = (ids.decision_id(trial_id, act) for act in ENDING)
    return next((one for one in possible if one in known.decided), None)


def _known(connection: duckdb.DuckDBPyConnection, submissions: Sequence[Submission]) -> _Known:
    trial_ids = list(dict.fromkeys(one.trial_id for one in submissions))
    trials = {row["id"]: row for row in fetched(connection, _TRIALS, trial_ids)}
    shown = {row["id"]: row["revision_id"] for row in fetched(connection, _SHOWN, trials)}
    of = {row["id"]: row["of_id"] for row in fetched(connection, _OF, set(shown.values()))}
    for id_, trial in trials.items():
        trial["revision_id"], trial["instruction_id"] = shown[id_], of[shown[id_]]
    possible = [ids.decision_id(trial, act) for trial in trials for act in Act]
    decided = {row["id"] for row in fetched(connection, _DECIDED, possible)}
    current = {row["id"]: row["revision_id"] for row in fetched(connection, _CURRENT, set(of.values()))}
    said = difficulty_log.said(connection, [id_ for id_, trial in trials.items() if trial["kind"] == DIFFICULTY])
    return _Known(trials=trials, decided=decided, said=said, current=current)


def _completed(receipt: Receipt, effects: dict[str, Effect]) -> Receipt:
    if receipt.instruction_id not in effects:
        return receipt
    effect = effects[receipt.instruction_id]
    return replace(receipt, status=effect.status, below=effect.below)
