"""Trials as they are written and read again: who was given what, for how long, and what was said in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from core.domain import ids
from core.domain.decision import Act
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.store import difficulty_reading
from core.store.database import Database
from core.store.decision_log import ENDING
from core.store.rows import filled

_OPEN = """select id, kind, person_id, queue_id, origin, lease_until from trial
where kind in ('review', 'difficulty') and lease_until > ? and id not in (
  select trial_id from decision where trial_id is not null and list_contains(?, act)
) and (kind = 'review' or id not in (select trial_id from judgment)) order by seq"""
_TRIALS = """select id, kind, person_id, queue_id, origin, lease_until from trial
where kind in ('review', 'difficulty') and id in (:ids)"""
_REPEATS = "select id from trial where id in (:ids) and origin = 'repeat'"
_SHOWN = "select trial_id as id, revision_id from trial_slot where position = 0 and trial_id in (:ids)"
_OF = "select id, of_id from revision where id in (:ids)"
_SEQS = "select id, seq from instruction where id in (:ids)"
_DECIDED = "select id, trial_id from decision where id in (:ids)"
_SAID = "select trial_id, act, note from decision where id in (:ids)"
_PROLONG = "update trial set lease_until = ? where id in (:ids)"
_OWN = "select instruction_id, verdict from standing where instruction_id in (:ids) and person_id = ? and kind = 'own'"
_ALL = """select s.instruction_id, s.person_id, s.verdict, s.reason, d.note from standing s join decision d on d.id = s.decision_id
where s.instruction_id in (:ids) and s.kind = 'own' order by s.seq"""
_RATINGS = """select subject_id, arg_max(value, seq) as value from score
where subject_id in (:ids) and kind = 'rating' and "by" = ? group by subject_id"""
_TODAY = """select count(*) as n, avg(active_ms) as pace_ms from decision
where person_id = ? and received_at >= ? and list_contains(?, act)
and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTrial:
    """A trial of the log, with the instruction that it is about and the text that was first shown."""

    id: str
    kind: TrialKind
    person_id: str
    queue_id: str | None
    origin: TrialOrigin
    lease_until: datetime | None
    instruction_id: str
    seq: int
    revision_id: str


def give(database: Database, trials: Sequence[Trial], slots: Sequence[TrialSlot]) -> None:
    """Commit that these were given out; when this returns, a decision on them finds them."""
    database.writer.append_now([*trials, *slots], by_person=True)


def prolong(database: Database, trial_ids: Sequence[str], until: datetime) -> None:
    """Their people are still at work."""

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        sql, values = filled(_PROLONG, trial_ids)
        connection.execute(sql, [until, *values])

    if trial_ids:
        database.writer.run(write, by_person=True)


def open_trials(database: Database, since: datetime) -> list[KnownTrial]:
    """Trials that nobody has ended and whose lease ran beyond `since`, in the order in which they were given out."""
    return _known(database, database.query(_OPEN, [since, [str(act) for act in ENDING]]))


def known(database: Database, trial_ids: Iterable[str]) -> list[KnownTrial]:
    """Those of these trials that the log has."""
    return _known(database, database.query_ids(_TRIALS, trial_ids))


def unended(database: Database, trial_ids: Iterable[str]) -> list[KnownTrial]:
    """Those of them that nobody has ended."""
    found = known(database, trial_ids)
    ending = [ids.decision_id(one.id, act) for one in found for act in (*ENDING, Act.UNDO)]
    ended = {row["trial_id"] for row in database.query_ids(_DECIDED, ending)}
    scored = [ids.judgment_id(one.id, 0) for one in found if one.kind is TrialKind.DIFFICULTY]
    ended |= difficulty_reading.answered(database, scored)
    return [one for one in found if one.id not in ended]


def _known(database: Database, rows: list[dict[str, Any]]) -> list[KnownTrial]:
    shown = {row["id"]: row["revision_id"] for row in database.query_ids(_SHOWN, [row["id"] for row in rows])}
    of = {row["id"]: row["of_id"] for row in database.query_ids(_OF, set(shown.values()))}
    seqs = {row["id"]: row["seq"] for row in database.query_ids(_SEQS, set(of.values()))}
    return [
        KnownTrial(
            **row | {"kind": TrialKind(row["kind"]), "origin": TrialOrigin(row["origin"])},
            revision_id=shown[row["id"]],
            instruction_id=of[shown[row["id"]]],
            seq=seqs[of[shown[row["id"]]]],
        )
        for row in rows
    ]


def repeats(database: Database, trial_ids: Iterable[str]) -> set[str]:
    """Those of these trials in which something was asked for a second time."""
    return {row["id"] for row in database.query_ids(_REPEATS, trial_ids)}


def said(database: Database, trial_ids: Iterable[str]) -> tuple[set[str], Mapping[str, str]]:
    """Which of these trials were flagged, and what was noted in which."""
    wanted = [ids.decision_id(trial, act) for trial in trial_ids for act in (Act.FLAG, Act.NOTE)]
    rows = database.query_ids(_SAID, wanted)
    flagged = {row["trial_id"] for row in rows if row["act"] == Act.FLAG}
    return flagged, {row["trial_id"]: row["note"] or "" for row in rows if row["act"] == Act.NOTE}


def own_verdicts(database: Database, instruction_ids: Iterable[str], person_id: str) -> dict[str, str]:
    """Instruction id → what this person's verdict is that stands."""
    rows = database.query_ids(_OWN, instruction_ids, [person_id])
    return {row["instruction_id"]: row["verdict"] for row in rows}


def all_verdicts(database: Database, instruction_ids: Iterable[str]) -> list[dict[str, Any]]:
    """What everybody's verdict on these is that stands, the oldest first."""
    return database.query_ids(_ALL, instruction_ids)


def ratings(database: Database, response_ids: Iterable[str], person_id: str) -> dict[str, int]:
    """Response id → 1 to 5, as this person said last."""
    rows = database.query_ids(_RATINGS, response_ids, [person_id])
    return {row["subject_id"]: int(row["value"]) for row in rows}


def decided_since(database: Database, person_id: str, since: datetime) -> tuple[int, float | None]:
    """How many items this person decided since then, and how long one took in seconds, None if nobody knows."""
    row = database.query(_TODAY, [person_id, since, [str(Act.ACCEPT), str(Act.REJECT), str(Act.ADJUDICATE)]])[0]
    return int(row["n"]), row["pace_ms"] / 1000 if row["pace_ms"] is not None else None
