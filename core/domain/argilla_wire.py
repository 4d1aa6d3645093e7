"""What goes to an Argilla server and what comes back: datasets, records and answers in our words, and what an answer means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.decision import Reason, Verdict
from core.domain.judgment import Said


class Asked(StrEnum):
    """The kinds of questions, by Argilla's own names."""

    LABEL = "label_selection"
    LABELS = "multi_label_selection"
    RATING = "rating"
    RANKING = "ranking"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlan:
    """A text that is shown, as plain text."""

    name: str
    title: str
    required: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionPlan:
    """`options`: value → its words; of a rating the words are not shown."""

    name: str
    title: str
    asked: Asked
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetPlan:
    """A dataset as it is made there. `numbers` and `terms` are metadata by which people filter and sort."""

    fields: tuple[FieldPlan, ...]
    questions: tuple[QuestionPlan, ...]
    guidelines: str
    people: int
    integers: tuple[str, ...] = ()
    floats: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    question: str
    value: str | tuple[str, ...]
    agent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutRecord:
    """A record on its way there. `id` is ours."""

    id: str
    fields: Mapping[str, str]
    metadata: Mapping[str, str | int | float] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InAnswer:
    """One user's response as the server gives it: nothing of it is to be trusted. `status`: draft, submitted, discarded."""

    id: str
    user_id: str
    status: str
    values: Mapping[str, object]
    said_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InRecord:
    """A record as it stands there now. `id` is ours, "" for one that we did not send."""

    id: str
    remote_id: str
    fields: Mapping[str, object]
    answers: tuple[InAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteDataset:
    """A dataset as it stands there: the names of its fields, and what its questions ask."""

    id: str
    name: str
    is_ready: bool
    fields: tuple[str, ...]
    questions: Mapping[str, tuple[Asked | str, tuple[str, ...]]]  # name → what is asked, and the values of its options


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """What an answer says, once it is known to be sound; `problem` says why it is not."""

    verdict: Verdict | None = None
    reasons: tuple[Reason, ...] = ()
    rating: int | None = None
    difficulty: int | None = None
    corrected: str = ""
    note: str = ""
    said: tuple[Said, ...] = ()
    problem: str = ""
