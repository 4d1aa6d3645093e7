"""What the engine works on: a claimed task with its texts, and the children of one seed in one epoch."""

from dataclasses import dataclass, field

from core.domain.check import Rule
from core.domain.instruction import Instruction, RunStatus
from core.domain.task import Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Sibling:
    """A child of the same parent in the same epoch, with its text. `status` None: not decided."""

    instruction: Instruction
    text: str
    status: RunStatus | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A claimed task with the texts that it needs. `failed` are rules that failed in earlier steps (paper's order).

    `siblings`, for scores that were claimed: all children of its parent in its epoch, itself among them.
    """

    task: Task
    instruction: Instruction
    parent_text: str = ""
    text: str = ""
    seed_text: str = ""
    ancestor_texts: tuple[str, ...] = ()
    failed: tuple[Rule, ...] = ()
    siblings: tuple[Sibling, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """All children of one seed in one epoch, in the order they were drawn, with the outcomes that they have."""

    children: dict[str, Instruction]
    outcomes: dict[str, RunStatus] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return len(self.outcomes) == len(self.children)
