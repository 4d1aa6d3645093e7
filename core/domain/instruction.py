"""Instructions, the revisions of their text, and responses (docs/data-model.md)."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.operation import Operation


class InstructionKind(StrEnum):
    SEED = "seed"
    EVOLVED = "evolved"
    PROMPT = "prompt"
    REFERENCE = "reference"


class RunStatus(StrEnum):
    """What the machine says of an instruction."""

    WAITING = "waiting"
    SURVIVED = "survived"
    ELIMINATED = "eliminated"
    ERROR = "error"


class HumanStatus(StrEnum):
    """What people say of an instruction."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISPUTED = "disputed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """One instruction's place in a lineage. Its text lives in revisions.

    `epoch` is when it was made (seed 0), `depth` how many survivors lie above it; after a failed epoch they differ.
    """

    id: str
    kind: InstructionKind
    seed_id: str
    source_id: str | None = None
    run_id: str | None = None
    parent_id: str | None = None
    parent_revision_id: str | None = None
    ancestors: tuple[str, ...] = ()
    epoch: int = 0
    depth: int = 0
    child_number: int = 0
    operation: Operation | None = None
    data_format: str | None = None
    weights: str | None = None
    made_by: str | None = None
    pack_hash: str | None = None
    position: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A text of an instruction or a response, written once. `by` is a person's id or a system's."""

    id: str
    of: str  # "instruction" | "response"
    of_id: str
    number: int
    text: str
    text_hash: str
    words: int
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """That a system answered one revision of an instruction; the answer itself is a revision of this id."""

    id: str
    instruction_id: str
    instruction_revision_id: str
    system_id: str | None = None
    call_id: str | None = None
    source_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InstructionState:
    """The current state of one instruction: a projection, rebuilt from the facts by `doctor --rebuild`."""

    id: str
    run_status: RunStatus | None = None
    human_status: HumanStatus = HumanStatus.UNDECIDED
    set_aside: bool = False
    n_decisions: int = 0
    flagged: bool = False
    revision_id: str | None = None
    response_id: str | None = None
    response_stale: bool = False
    difficulty: float | None = None
    words_added: int | None = None
    duplicate_group: str | None = None
    rule: str | None = None
