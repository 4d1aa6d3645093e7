"""What people said of survivors, counted by where those come from; and how a run is steered."""

import json
from collections import Counter
from dataclasses import dataclass

from core.domain.operation import Operation
from core.domain.steering import Steering, SteerMode, Tally
from core.store.database import Database

# Survivors only: what the machine eliminated is looked at for another question, and seldom.
_COUNTS = """select i.operation, i.epoch, coalesce(k.skill, '') as skill, s.human_status, count(*) as n
from instruction_state s join instruction i on i.id = s.id left join seed_now k on k.id = i.seed_id
where s.run_status = 'survived' and s.human_status in ('accepted', 'rejected')
  and ($run::uuid is null or i.run_id = $run::uuid) and i.operation is not null
group by all"""
_BY_OPERATION = """select i.operation, s.human_status, count(*) as n
from instruction_state s join instruction i on i.id = s.id
where i.run_id = ? and s.run_status = 'survived' and s.human_status in ('accepted', 'rejected') and i.operation is not null
group by all"""
_STEERING = "select reason from run_event where run_id = ? and kind = 'steering' order by seq desc limit 1"


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidedCount:
    """So many survivors of one operation, epoch and skill ("" for none) were accepted, or rejected."""

    operation: Operation
    epoch: int
    skill: str
    is_accepted: bool
    n: int


def decided(database: Database, run_id: str | None) -> list[DecidedCount]:
    """Of one run, or of the whole project."""
    return [
        DecidedCount(
            operation=Operation(row["operation"]),
            epoch=row["epoch"],
            skill=row["skill"],
            is_accepted=row["human_status"] == "accepted",
            n=row["n"],
        )
        for row in database.query(_COUNTS, {"run": run_id})
    ]


def tallies(database: Database, run_id: str) -> dict[Operation, Tally]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in database.query(_BY_OPERATION, [run_id]):
        counts[row["operation"], row["human_status"]] += row["n"]
    return {
        operation: Tally(accepted=counts[operation, "accepted"], rejected=counts[operation, "rejected"])
        for operation in Operation
        if counts[operation, "accepted"] + counts[operation, "rejected"]
    }


def steering(database: Database, run_id: str) -> Steering:
    """What was said last; off, if nothing was."""
    found = database.query(_STEERING, [run_id])
    if not found:
        return Steering()
    said = json.loads(found[0]["reason"])
    mode = SteerMode(said["mode"])
    return Steering(
        mode=mode,
        weights={Operation(name): weight for name, weight in said.get("weights", {}).items()},
        tallies=tallies(database, run_id) if mode is SteerMode.FOLLOW else {},
    )


def steering_as_json(said: Steering) -> str:
    return json.dumps({"mode": said.mode, "weights": said.weights})
