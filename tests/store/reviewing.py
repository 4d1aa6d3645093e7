"""A small project under review: trials for its instructions, and decisions on them, as the studio writes them."""

from itertools import count
from typing import Any

from core.domain.decision import Act, Receipt, Submission
from core.domain.instruction import Instruction
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.store.database import Database
from core.store.decision_log import decide
from tests.builders import NOON, id_of

_numbers = count()


def trial(
    database: Database,
    of: Instruction,
    person: str = "mira",
    *,
    revision_id: str | None = None,
    origin: TrialOrigin = TrialOrigin.FRESH,
) -> str:
    """Give an instruction to a person. → the trial's id."""
    id_ = id_of(f"trial {next(_numbers)}")
    shown = (
        revision_id
        or database.query("select revision_id from instruction_state where id = ?", [of.id])[0]["revision_id"]
    )
    database.writer.append_now(
        [
            Trial(id=id_, kind=TrialKind.REVIEW, person_id=person, origin=origin),
            TrialSlot(trial_id=id_, position=0, revision_id=shown),
        ]
    )
    return id_


def submit(database: Database, trial_id: str, act: Act, person: str = "mira", **more: Any) -> Receipt:
    return decide(database, person, [Submission(trial_id=trial_id, act=act, **more)], NOON)[0]


def say(database: Database, of: Instruction, act: Act, person: str = "mira", **more: Any) -> str:
    """A verdict of a person in a trial of its own. → the trial's id."""
    id_ = trial(database, of, person)
    submit(database, id_, act, person, **more)
    return id_


def state(database: Database, of: Instruction) -> dict[str, Any]:
    return database.query("select * from instruction_state where id = ?", [of.id])[0]
