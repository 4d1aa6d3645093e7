"""What elimination found, and scores (docs/method.md, sections 2 and 3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.instruction import RunStatus
from core.domain.operation import Operation


class Rule(StrEnum):
    """Elimination rules. The first four are the paper's; the others are extra, and off in paper mode."""

    NO_INFORMATION_GAIN = "no_information_gain"
    REFUSAL = "refusal"
    EMPTY_RESPONSE = "empty_response"
    LEAKED_PROMPT = "leaked_prompt"
    IDENTICAL = "identical"
    TRUNCATED = "truncated"
    INPUT_LOST = "input_lost"
    NEAR_DUPLICATE = "near_duplicate"
    ASKS_BACK = "asks_back"
    LANGUAGE_CHANGED = "language_changed"
    ANSWERED = "answered"

    @property
    def label(self) -> str:
        """What a person reads on a check that failed."""
        return _LABELS[self]


_LABELS = {
    Rule.NO_INFORMATION_GAIN: "No information gain",
    Rule.REFUSAL: "Refusal",
    Rule.EMPTY_RESPONSE: "Empty response",
    Rule.LEAKED_PROMPT: "Leaked prompt words",
    Rule.IDENTICAL: "Identical to its parent",
    Rule.TRUNCATED: "Truncated",
    Rule.INPUT_LOST: "Input, table or code lost",
    Rule.NEAR_DUPLICATE: "Near-duplicate",
    Rule.ASKS_BACK: "Response asks back",
    Rule.LANGUAGE_CHANGED: "Language changed",
    Rule.ANSWERED: "Answer instead of instruction",
}
PAPER_RULES = (Rule.NO_INFORMATION_GAIN, Rule.REFUSAL, Rule.EMPTY_RESPONSE, Rule.LEAKED_PROMPT)


class Verdict(StrEnum):
    """`NOT_CHECKED` is neither pass nor fail and is no row; `UNKNOWN` is an unparseable judge, never a fail."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One rule held against one revision (or its response). `score` in the rule's own unit, `evidence` plain text.

    Run, epoch and operation are repeated from the instruction, so that rates need no join.
    """

    id: str
    instruction_id: str
    revision_id: str
    run_id: str
    epoch: int
    operation: Operation
    rule: Rule
    version: int
    verdict: Verdict
    response_id: str | None = None
    score: float | None = None
    evidence: str = ""
    call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the engine concluded of an evolved instruction, once. `rule` is the first one that failed."""

    instruction_id: str
    run_id: str
    seed_id: str
    epoch: int
    operation: Operation
    status: RunStatus
    rule: Rule | None
    words_added: int | None
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A number given to an instruction: difficulty 1 to 10, or a rating 1 to 5."""

    id: str
    subject_id: str
    run_id: str | None
    epoch: int
    kind: str
    value: float
    by: str
    call_id: str | None = None
