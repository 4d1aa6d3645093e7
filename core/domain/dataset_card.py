"""What a dataset's card tells: counts as they are in the log at one moment, before they are put into words."""

from dataclasses import dataclass

from core.domain.agreement import Agreement, Split
from core.domain.export import Counted, Order
from core.domain.overview import Share


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedSource:
    """Where seeds of the dataset come from, how many of its rows grew from them, and under which licence ("" if nobody said)."""

    name: str
    licence: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFacts:
    """A run that rows of the dataset come from: its number, its settings as they are kept (JSON), its children by what became of them."""

    number: int
    settings: str
    seeds: int
    rows: int
    survived: int
    eliminated: int
    failed: int
    rules: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBy:
    """A model, and how many of the dataset's instructions (or responses) it wrote."""

    model: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptsUsed:
    """A version of a prompt pack, by the hash of its content."""

    name: str
    hash: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleFacts:
    """What people said of the survivors of those runs, how many they are, and how often several looked at one text."""

    people: int
    decisions: int
    accepted: int
    rejected: int
    disputed: int
    undecided: int
    splits: tuple[Split, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """What those runs asked. `usd` is the sum of what has a price; `unpriced` calls have none."""

    calls: int
    tokens: int
    usd: float | None
    unpriced: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Makeup:
    """What the taken rows are: how many of each epoch, operation and human status; the mean difficulty as the model says it."""

    epochs: tuple[tuple[int, int], ...]
    operations: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]
    difficulty: float | None
    scored: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CardFacts:
    """Everything that a card is made of, besides the order itself."""

    sources: tuple[SeedSource, ...]
    runs: tuple[RunFacts, ...]
    evolved_by: tuple[MadeBy, ...]
    answered_by: tuple[MadeBy, ...]
    packs: tuple[PromptsUsed, ...]
    people: PeopleFacts
    spending: Spending
    makeup: Makeup


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a card is made of. `wanted` says in words which instructions were picked; `accepted` is of those that people settled."""

    title: str
    wanted: str
    order: Order
    counted: Counted
    facts: CardFacts
    agreement: Agreement
    accepted: Share
