"""What became of what was grown: from seeds to what was accepted, at which rates, for how much; how difficult, how long."""

from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.operation import Operation
from core.domain.overview import Mean, Share
from core.domain.queue import QueueFilter
from core.domain.study_numbers import Estimate


class Part(StrEnum):
    """What rates are told by."""

    OPERATION = "operation"
    EPOCH = "epoch"
    RULE = "rule"
    SKILL = "skill"
    MODEL = "model"
    PROMPTS = "prompts"

    @property
    def label(self) -> str:
        return {Part.SKILL: "skill of the seed", Part.PROMPTS: "prompt version"}.get(self, self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of the funnel: `n` instructions that came so far. `wanted` None: no filter means just these."""

    name: str
    n: int
    wanted: QueueFilter | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel:
    """Each step is part of the one before it, but evolutions, which grow from seeds.

    `failed` are children whose calls failed, `waiting` those on whom the machine has not concluded: neither has survived.
    `overridden` were accepted by people although the machine had eliminated them; they stand beside the funnel.
    """

    steps: tuple[Step, ...]
    failed: int
    waiting: int
    overridden: Step

    @property
    def is_empty(self) -> bool:
        return not any(step.n for step in self.steps)

    def share(self, at: int) -> float | None:
        """Of the step before; None for the first two, and of nothing."""
        before = self.steps[at - 1].n if at > 1 else 0
        return self.steps[at].n / before if before else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A rate of one operation, epoch, rule, skill, model or version of prompts; `name` is its value, `label` its words.

    Of a rule `share` is what passed of what it checked (`unclear`: what could not be told), and `wanted` is what failed it.
    """

    part: Part
    name: str
    label: str
    share: Share
    wanted: QueueFilter | None
    unclear: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """By every part: `survived` of what the machine concluded on, `accepted` of the survivors that people decided."""

    survived: tuple[Told, ...]
    accepted: tuple[Told, ...]
    rules: tuple[Told, ...]

    def of(self, part: Part, *, by_people: bool) -> tuple[Told, ...]:
        """The rates of one part; of a rule there is one rate only."""
        if part is Part.RULE:
            return self.rules
        return tuple(one for one in (self.accepted if by_people else self.survived) if one.part is part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What some calls took. `usd` is what is known of it; `unpriced` calls may have cost something nobody knows.

    `free` calls were answered by the embedded model, on this machine.
    """

    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    unpriced: int = 0
    free: int = 0

    @property
    def total_usd(self) -> float | None:
        """None as soon as one call is not priced: unknown is not 0."""
        return None if self.unpriced else self.usd

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            calls=self.calls + other.calls, tokens=self.tokens + other.tokens, usd=self.usd + other.usd,
            unpriced=self.unpriced + other.unpriced, free=self.free + other.free,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What one operation's children took (None: the seeds' own), and what came of them."""

    operation: Operation | None
    spent: Spent
    survived: int
    accepted: int
    wanted: QueueFilter | None

    def tokens_each(self, n: int) -> float | None:
        return self.spent.tokens / n if n else None

    def usd_each(self, n: int) -> float | None:
        """Per survivor, or per accepted one; None of nothing, and where a price is not known."""
        total = self.spent.total_usd
        return None if total is None or not n else total / n


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What calls of one kind, or to one model, took; `name` is its words."""

    name: str
    spent: Spent


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """What a scope cost: together, by operation, by what was asked, by who was asked."""

    total: Price
    operations: tuple[Price, ...]
    kinds: tuple[Asked, ...]
    models: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Graded:
    """Mean difficulty of one epoch's survivors (0: of the seeds), as the model says, and as people say of those that they scored."""

    epoch: int
    model: Mean
    people: Mean
    paper: float | None
    wanted: QueueFilter

    @property
    def by_model(self) -> QueueFilter:
        """Those that the model scored."""
        return replace(self.wanted, is_scored=True)

    @property
    def by_people(self) -> QueueFilter:
        """Those that people scored."""
        return replace(self.wanted, said_from=1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A text that people scored and the model too. `people` is their mean, of `n` people."""

    id: str
    seed_id: str
    epoch: int
    kind: str
    judge: float
    people: float
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoScales:
    """People against the model on the same texts: `more` is people minus model, on average."""

    more: Mean
    spearman: Estimate
    kappa: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Hardness:
    """Difficulty by epoch, and how far people and the model say the same."""

    epochs: tuple[Graded, ...]
    pairs: tuple[Scored, ...]
    agreement: TwoScales


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How some numbers lie: 5, 25, 50, 75 and 95 % of them are at most so large."""

    n: int
    mean: float
    quantiles: tuple[float, float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Long:
    """Words of one epoch's survivors (0: of the seeds), and words more than the parent; None where nothing was counted."""

    epoch: int
    words: Spread | None
    added: Spread | None
    wanted: QueueFilter


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """Length by epoch; and how many children of the four operations with a budget added so many words, `within` it how many."""

    epochs: tuple[Long, ...]
    added: dict[int, int]
    within: Share
    budgeted: QueueFilter
