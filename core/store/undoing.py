"""Taking a decision back after the fact: a new fact that names it, and everything that follows made again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from core.domain import ids
from core.domain.decision import Act, Decision
from core.store.database import Database
from core.store.decision_effects import project
from core.store.decision_log import ENDING
from core.store.tables import insert_facts

_TIMES = "select count(*) from decision where act = 'undo' and undoes_id = ?"


def undo(database: Database, person_id: str, row: Mapping[str, Any], now: datetime) -> int:
    """Take back one decision (a row of decision_reading) on one item. → how many below it are brought back or set aside.

    Doing it twice changes nothing: what ended a trial is taken back under the id that the trial's own undo has.
    """
    instruction_id = str(row["instruction_id"])
    of = row["trial_id"] if row["act"] in ENDING and row["trial_id"] else row["id"]
    fact = Decision(
        id=ids.decision_id(str(of), Act.UNDO),
        person_id=person_id,
        act=Act.UNDO,
        received_at=now,
        trial_id=row["trial_id"],
        instruction_id=instruction_id,
        revision_id=row["revision_id"],
        undoes_id=row["id"],
        origin=row["origin"],
    )
    below = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal below
        ((times,),) = connection.execute(_TIMES, [row["id"]]).fetchall()
        if times:
            return 0
        used = insert_facts(connection, Decision, [fact], seq)
        below = project(connection, [instruction_id])[instruction_id].below
        return used

    database.writer.run_numbered(write, by_person=True)
    return below
