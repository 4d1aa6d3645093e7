"""A study as it is now, and what files of prompts and responses became in it."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.study import StudyDesign, StudyEventKind, StudyState


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyNow:
    """One version of a study with its newest design and its state. `state_since` is None while it is a draft."""

    id: str
    name: str
    version: int
    by: str
    received_at: datetime
    from_id: str | None
    design: StudyDesign
    state: StudyState
    state_since: datetime | None
    prompts: int

    @property
    def may_be_edited(self) -> bool:
        return self.state is StudyState.DRAFT

    @property
    def takes_judgments(self) -> bool:
        return self.state in (StudyState.PILOT, StudyState.OPENED)


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyHappened:
    """An event of a study, with its place in the order of everything."""

    seq: int
    study_id: str
    kind: StudyEventKind
    subject: str | None
    reason: str
    by: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StudySystem:
    """A system of a study, and for how many of the prompts it has a response."""

    id: str
    name: str
    model: str
    endpoint: str
    responses: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """A person or a trial whose judgments count in no result, and why. `after_look`: somebody could have seen results by then."""

    subject: str
    reason: str
    by: str
    received_at: datetime
    after_look: bool = False
