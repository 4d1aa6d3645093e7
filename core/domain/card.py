"""Cards: what one item shows to the person who decides it, and the hand of cards that a browser holds."""

from dataclasses import dataclass

from core.domain.queue import Queue
from core.domain.tree import CheckLine, Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class CardResponse:
    """The answer to the instruction; `stale`: it answers an earlier text."""

    revision: str
    text: str
    words: int
    stale: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CardDifficulty:
    """Scores of 1 to 10, None where nobody scored."""

    own: float | None
    parent: float | None
    seed: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CardStep:
    """One instruction on the way from the seed; `human` is the reader's own verdict there, if they gave one."""

    id: str
    operation: str | None
    operation_label: str
    human: str | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherVerdict:
    """What somebody else said of it: for an adjudicator only."""

    name: str
    verdict: str
    reason: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One trial as it is shown. What its reader is not to know is None, whatever the log says.

    `status` and `rule_label` are the machine's; `flagged` and `note` what was said in this trial. `rewritten`: so much
    changed that the texts are better side by side.
    """

    trial: str
    instruction: str
    revision: str
    seed: str
    run: str | None
    operation: str | None
    operation_label: str
    epoch: int | None
    words: int
    words_added: int | None
    text: str
    parent_text: str | None
    diff: tuple[Piece, ...] | None
    rewritten: bool
    response: CardResponse | None
    difficulty: CardDifficulty | None
    checks: tuple[CheckLine, ...]
    path: tuple[CardStep, ...]
    status: str | None
    rule_label: str | None
    flagged: bool
    note: str
    rating: int | None
    others: tuple[OtherVerdict, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One person's frozen order of one queue. `arrived`: how many the queue has that the order does not know yet.

    `left` of `total` are still to be decided; `decided_today` counts every queue of the project, `pace_s` is the mean
    time that a decision took today, in seconds, None before the first.
    """

    queue: Queue
    total: int
    left: int
    arrived: int
    decided_today: int
    pace_s: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """The next cards of a sitting, in their order."""

    sitting: Sitting
    cards: tuple[Card, ...]
