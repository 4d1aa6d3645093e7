"""Responses that a study's prompts get from endpoints: who is asked, and how far that is."""

from dataclasses import dataclass

from core.domain.call import Sampling
from core.domain.calling import CallProgress
from core.domain.progress import FailureCount, Spending


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerWish:
    """One system of a study: an endpoint and how its replies are drawn. `name` is what results call it ("": the endpoint's name)."""

    endpoint: str
    sampling: Sampling
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswerable:
    """A prompt that was asked and has no response: the last failure, in words."""

    key: str
    tries: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswersState:
    """How far one system is. `answered` of `total` prompts have a response of it, of which `cut` ended at the most tokens."""

    system_id: str
    name: str
    model: str
    sampling: str
    total: int
    answered: int
    cut: int
    unanswered: tuple[Unanswerable, ...]
    spending: Spending
    failures: tuple[FailureCount, ...]
    progress: CallProgress | None = None

    @property
    def is_going(self) -> bool:
        return self.progress is not None and self.progress.is_going

    @property
    def left(self) -> int:
        return self.total - self.answered
