"""Models that judge in a study: how they are asked, and how they stand."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.calling import CallProgress
from core.domain.progress import FailureCount, Spending


class JudgeMode(StrEnum):
    """Pairs are asked about in both orders; single responses get a grade from 1 to 10."""

    PAIR = "pair"
    SINGLE = "single"


class JudgeVariant(StrEnum):
    """The words by which a judge goes about it. BY_SKILL: coding and mathematics where a prompt's skill is that, else general.

    EVOLUTION is of a tournament of siblings, where instructions are compared, and of nothing else.
    """

    BY_SKILL = "by_skill"
    GENERAL = "general"
    CODING = "coding"
    MATHEMATICS = "mathematics"
    EVOLUTION = "evolution"


class JudgeReading(StrEnum):
    """How the verdict is told: a reply held to a schema, the probabilities of its first token, or its text."""

    SCHEMA = "schema"
    LOGPROBS = "logprobs"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeWish:
    """One judge of a study. `reading` None is the best that the endpoint can; `own` are words in place of the variant's.

    What is said here, with the prompts' hash and the model, makes the judge: change one and it is another judge beside it.
    """

    endpoint: str
    mode: JudgeMode = JudgeMode.PAIR
    variant: JudgeVariant = JudgeVariant.BY_SKILL
    reading: JudgeReading | None = None
    own: str = ""
    temperature: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """Of the pairs that were judged in both orders: how many were judged alike, and how the others differ.

    `alike`: the same response, or a tie, both times. `by_place`: each time the one at the same place won, of them `first`
    the left one. The rest was a tie one time only.
    """

    pairs: int = 0
    alike: int = 0
    by_place: int = 0
    first: int = 0

    @property
    def flip_rate(self) -> float | None:
        """The share of the pairs that were not judged alike; None of none."""
        return (self.pairs - self.alike) / self.pairs if self.pairs else None


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeState:
    """How far one judge of a study is. `total` trials it has in all; of those `judged` have a verdict, `unclear` a reply without one.

    `failed`: asked for, and never answered. None of this says who wins.
    """

    id: str
    name: str
    model: str
    wish: JudgeWish
    reading: JudgeReading
    prompt_hash: str
    total: int
    judged: int
    unclear: int
    failed: int
    orders: Orders
    spending: Spending
    failures: tuple[FailureCount, ...]
    progress: CallProgress | None = None

    @property
    def is_going(self) -> bool:
        return self.progress is not None and self.progress.is_going

    @property
    def left(self) -> int:
        """Trials without a reply."""
        return max(0, self.total - self.judged - self.unclear)
