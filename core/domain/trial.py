"""Trials: one thing shown once to one person (docs/data-model.md)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TrialKind(StrEnum):
    REVIEW = "review"
    RANK = "rank"
    PAIR = "pair"
    LIKERT = "likert"
    DIFFICULTY = "difficulty"


class TrialOrigin(StrEnum):
    """Why a trial was made. The browser never learns it: an audit or a repeat looks like any other."""

    FRESH = "fresh"
    AUDIT = "audit"
    REPEAT = "repeat"
    ATTENTION = "attention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Somebody was given something to judge. It is theirs until `lease_until`, and longer while they are at work."""

    id: str
    kind: TrialKind
    person_id: str
    origin: TrialOrigin
    queue_id: str | None = None
    study_id: str | None = None
    prompt_id: str | None = None
    pilot: bool = False
    lease_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialSlot:
    """Which text stood where in a trial. Never sent to a browser in a blind trial."""

    trial_id: str
    position: int
    revision_id: str
    candidate_id: str | None = None
