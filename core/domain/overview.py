"""What a run amounts to: rates with intervals, words, difficulty, cost, and which instructions stand behind a figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.progress import RuleCount, RunSummary

SMALL_N = 10  # below this a rate is drawn hollow
PAPER_DIFFICULTY = (3.00, 5.48, 6.35, 6.84, 7.08)  # Alpaca, epochs 1-4; GPT-3.5 as rater (docs/method.md, section 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """`k` of `n`, with an interval."""

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """None of nothing."""
        return self.k / self.n if self.n else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mean:
    """A mean of `n` values with an interval; None where there are too few. `deviation` is the sample's."""

    n: int
    value: float | None
    deviation: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Second minus first, with an interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """The interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """Which of a run's instructions: those that every given field says. As text it stands in an address.

    `rule` is one that failed, `first_rule` the first one that failed; words are added words, both ends included.
    """

    status: RunStatus | None = None
    epoch: int | None = None
    operation: Operation | None = None
    rule: Rule | None = None
    first_rule: Rule | None = None
    words_from: int | None = None
    words_to: int | None = None
    budgeted: bool = False

    def __str__(self) -> str:
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return ",".join(f"{name}:{value}" for name, value in said.items() if value not in (None, False))

    @classmethod
    def read(cls, text: str) -> "Pick | None":
        """From an address; None for anything that is no pick."""
        said = dict(part.partition(":")[::2] for part in text.split(",") if part)
        if not set(said) <= set(_PICKED):
            return None
        try:
            return cls(**{name: _PICKED[name](value) for name, value in said.items()})
        except ValueError:
            return None


def _small(text: str) -> int:
    """A number that a column can hold."""
    number = int(text)
    if abs(number) > 10**6:
        raise ValueError(text)
    return number


_PICKED: Mapping[str, Callable[[str], Any]] = {
    "status": RunStatus,
    "epoch": _small,
    "operation": Operation,
    "rule": Rule,
    "first_rule": Rule,
    "words_from": _small,
    "words_to": _small,
    "budgeted": "True".__eq__,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A share of one epoch, operation or rule; `name` is its number or value, `pick` what stands behind it.

    `unclear`: judged, but the verdict could not be read; counted in no rate. `failed`: whose calls failed.
    """

    name: str
    share: Share
    pick: Pick
    unclear: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class WordsAdded:
    """Words added by the four operations that have a budget: how many children added so many. `median` None of none."""

    counts: dict[int, int]
    within: Share
    median: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """Mean difficulty of one epoch's survivors; epoch 0 are the seeds."""

    epoch: int
    mean: Mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What the calls for one operation took; None are the seeds' own. `usd` None: a call had no price."""

    operation: Operation | None
    calls: int
    tokens: int
    usd: float | None
    survivors: int

    @property
    def tokens_each(self) -> float | None:
        """Tokens per survivor; None if nothing survived."""
        return self.tokens / self.survivors if self.survivors else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that the overview of a run shows."""

    run: RunSummary
    survival: Share
    errors: int
    epochs: tuple[Rate, ...]
    operations: tuple[Rate, ...]
    rules: tuple[Rate, ...]
    eliminated: tuple[RuleCount, ...]
    words: WordsAdded
    grades: tuple[Grade, ...]
    costs: tuple[Cost, ...]

    @property
    def decided(self) -> int:
        return self.survival.n + self.errors

    @property
    def tokens(self) -> int:
        return sum(cost.tokens for cost in self.costs)

    @property
    def usd(self) -> float | None:
        """None as soon as one part is not known."""
        known = [cost.usd for cost in self.costs if cost.usd is not None]
        return sum(known) if known and len(known) == len(self.costs) else None

    def of_survivor(self, amount: float | None) -> float | None:
        """An amount per survivor; unknown if it is unknown, or if nothing survived."""
        return None if amount is None or not self.survival.k else amount / self.survival.k


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One figure of two runs; `part` is what it is about, `name` an epoch, an operation or a rule.

    `difference` is second minus first; None where one of them has too little.
    """

    part: str
    name: str
    first: Share | Mean
    second: Share | Mean
    difference: Difference | None
