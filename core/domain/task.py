"""Work that a run still owes. Tasks are claimed under a lease; their ids follow from what they are for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """Each is one call to a model."""

    EVOLVE = "evolve"
    JUDGE = "judge"
    RESPOND = "respond"
    SCORE = "score"


class TaskState(StrEnum):
    """`CANCELLED`: people rejected something above its subject; it waits again when they take that back."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One call owed to one instruction."""

    id: str
    run_id: str
    kind: TaskKind
    subject_id: str
    seed_id: str
    epoch: int
    position: int
    state: TaskState = TaskState.WAITING
    tries: int = 0
    lease_until: datetime | None = None
