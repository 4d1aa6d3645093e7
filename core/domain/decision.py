"""What people decide of instructions, and how several verdicts become one (docs/data-model.md)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What a person does in a trial. Accept, reject and adjudicate carry a verdict; an undo takes another act back.

    All but the score are decisions. A score says how difficult an instruction is, and becomes a judgment.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    ADJUDICATE = "adjudicate"
    SKIP = "skip"
    FLAG = "flag"
    NOTE = "note"
    EDIT = "edit"
    UNDO = "undo"
    SCORE = "score"


class Verdict(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"


class Reason(StrEnum):
    """Why a person rejects: the words that the elimination rules use too (docs/method.md, section 2), in the keys' order."""

    NO_GAIN = "no_gain"
    LEAKED_PROMPT = "leaked_prompt"
    UNANSWERABLE = "unanswerable"
    ORIGINAL_LOST = "original_lost"
    UNCLEAR = "unclear"
    TOO_COMPLEX = "too_complex"
    EASIER = "easier"
    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def words(self) -> str:
        """What it means, in full."""
        return _LABELS[self][1]

    @property
    def key(self) -> str:
        """The digit that rejects with this reason: 1 to 9, then 0."""
        return str((list(Reason).index(self) + 1) % 10)


_LABELS = {
    Reason.NO_GAIN: ("no gain", "No gain: asks for nothing that its parent does not ask for"),
    Reason.LEAKED_PROMPT: ("prompt leak", "Words of the evolving prompt leaked into it"),
    Reason.UNANSWERABLE: ("unanswerable", "Cannot be answered, or was refused"),
    Reason.ORIGINAL_LOST: ("original lost", "The original task was lost or changed"),
    Reason.UNCLEAR: ("unclear", "Contradicts itself, or cannot be understood"),
    Reason.TOO_COMPLEX: ("too complex", "Too complex, or not realistic"),
    Reason.EASIER: ("easier", "Easier than its parent"),
    Reason.OFF_TOPIC: ("off topic", "Off topic"),
    Reason.DUPLICATE: ("duplicate", "Says the same as another instruction"),
    Reason.OTHER: ("other, note", "Another reason, said in a note"),
}


class ConsensusRule(StrEnum):
    """How the verdicts of several people become one. An adjudicator's verdict prevails under every rule.

    FIRST: the earliest that stands. MAJORITY: the one with more votes; a tie is disputed. UNANIMOUS: one rejection
    is enough to reject. ADJUDICATED: whoever disagrees leaves it to an adjudicator.
    """

    FIRST = "first"
    MAJORITY = "majority"
    UNANIMOUS = "unanimous"
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One act of one person: on a trial, on a whole bulk, or on an earlier decision (undo). Written once.

    `revision_id` is the text that was on screen (of an edit: the text that it made). `active_ms`: how long the item was
    looked at with the window in front. `origin` is the trial's: a repeat is measured and never counts as a verdict.
    """

    id: str
    person_id: str
    act: Act
    received_at: datetime
    trial_id: str | None = None
    bulk_id: str | None = None
    instruction_id: str | None = None
    revision_id: str | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    note: str | None = None
    undoes_id: str | None = None
    origin: str = "fresh"
    active_ms: int | None = None
    decided_at_browser: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a browser sends for one trial. Sending it again changes nothing: `trial_id` and `act` name the decision.

    An `undo` takes back the verdict of that trial. `revision_id` is the text that was shown, so that a verdict never
    counts for a text that its giver has not seen. `score` is 1 to 10, of a trial that asks for the difficulty.
    """

    trial_id: str
    act: Act
    revision_id: str | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    note: str | None = None
    score: int | None = None
    active_ms: int | None = None
    decided_at_browser: datetime | None = None


class Answer(StrEnum):
    """What became of a submission."""

    SAVED = "saved"
    ALREADY_SAVED = "already_saved"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The answer to one submission. `why` says what a person should know when it was refused.

    `status`: the item's human status after it; `set_aside`: how many instructions below it are now (or no longer) set
    aside because of it; None where nothing changed. `spared`: the calls that are therefore not made, in words.
    """

    trial_id: str
    act: Act
    answer: Answer
    why: str = ""
    decision_id: str | None = None
    instruction_id: str | None = None
    status: str | None = None
    below: int = 0
    spared: str = ""
