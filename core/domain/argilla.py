"""Argilla: which queue or study stands there as which dataset, what was sent, and what people answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    QUEUE = "queue"
    STUDY = "study"


class LinkEventKind(StrEnum):
    """`detail` is the dataset's id of made, a report's JSON of pushed and pulled, the reason of failed, the minutes of every."""

    MADE = "made"
    PUSHED = "pushed"
    PULLED = "pulled"
    FAILED = "failed"
    EVERY = "every"
    ENDED = "ended"


class Came(StrEnum):
    """How an answer differs from what was known of it. A discarded one says nothing of its item; a deleted one is gone."""

    NEW = "new"
    EDITED = "edited"
    DISCARDED = "discarded"
    DELETED = "deleted"


class Became(StrEnum):
    """What an answer is here. Kept: it asks for nothing. Conflict, unusable: it counts for nothing, and `why` says so."""

    DECIDED = "decided"
    JUDGED = "judged"
    SKIPPED = "skipped"
    TAKEN_BACK = "taken_back"
    KEPT = "kept"
    CONFLICT = "conflict"
    UNUSABLE = "unusable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an Argilla server is, and the NAME of its token: of an environment variable, or of an entry of Streamlit's secrets."""

    url: str
    workspace: str
    key_env: str | None = None
    key_secret: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgillaLink:
    """A dataset there for a queue or a study here (a fact). `dataset` is its name there, and says nothing of what it is for."""

    id: str
    what: What
    subject_id: str
    url: str
    workspace: str
    dataset: str
    key_env: str | None
    key_secret: str | None
    by: str
    received_at: datetime

    @property
    def place(self) -> Place:
        return Place(url=self.url, workspace=self.workspace, key_env=self.key_env, key_secret=self.key_secret)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgillaEvent:
    link_id: str
    kind: LinkEventKind
    detail: str
    by: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgillaRecord:
    """Something that is to stand there (a fact, written before it is sent). `shown`: a study's candidates in the order drawn."""

    id: str
    link_id: str
    subject_id: str
    revision_id: str
    response_revision_id: str | None
    shown: tuple[str, ...]
    pilot: bool
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgillaSent:
    """The server has it (a fact). `hash` is of the texts as they were sent."""

    record_id: str
    remote_id: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgillaAnswer:
    """One person's answer to one record as it was when somebody looked (a fact); `number` counts from 0.

    `said` is JSON of its values as the server gave them.
    """

    id: str
    record_id: str
    response_id: str
    number: int
    user_id: str
    came: Came
    said: str
    hash: str
    said_at: datetime | None
    became: Became
    why: str
    received_at: datetime
    decision_id: str | None = None
    edit_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PushReport:
    """What a push did: `sent` stand there since, `there` stood there before."""

    sent: int
    there: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PullReport:
    """What a pull found. `seen`: records of ours there; `gone`: sent, and not there any more; `foreign`: there, and not ours.

    `counts` are of this pull's news: how they came (new, edited, …), and what they became (decided, conflict, …).
    """

    seen: int
    gone: int
    foreign: int
    drafts: int
    unchanged: int
    came: Mapping[str, int] = field(default_factory=dict)
    became: Mapping[str, int] = field(default_factory=dict)

    @property
    def news(self) -> int:
        return sum(self.came.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkNow:
    """A link as it stands now. `subject` is the queue's or the study's name here; `every_min` 0: only when asked."""

    link: ArgillaLink
    subject: str
    dataset_id: str
    every_min: int
    planned: int
    sent: int
    answers: int
    people: int
    conflicts: int
    pushed_at: datetime | None
    pulled_at: datetime | None
    problem: str
    ended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerLine:
    """One answer that counts for nothing here, for people to look at."""

    person: str
    text: str
    came: str
    became: str
    why: str
    received_at: datetime
    subject_id: str
