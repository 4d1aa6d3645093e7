"""What the engine works on: a claimed task with its texts, and the children of one seed in one epoch."""

from dataclasses import dataclass, field

from core.domain.check import Rule
from core.domain.instruction import HumanStatus, Instruction, RunStatus
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
    """All children of one seed in one epoch, in the order they were drawn, with the outcomes that they have.

    `set_aside`: those that nobody asks for just now, because people rejected something above them. `grown`: what has
    children in the next epoch already, and `next_number` the number of the next one there; both only after such a stop.
    """

    children: dict[str, Instruction]
    outcomes: dict[str, RunStatus] = field(default_factory=dict)
    set_aside: frozenset[str] = frozenset()
    grown: frozenset[str] = frozenset()
    next_number: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """Its seed and its epoch."""
        first = next(iter(self.children.values()))
        return first.seed_id, first.epoch

    @property
    def is_complete(self) -> bool:
        """Whether nothing of it is waited for: each child is decided, or set aside."""
        return all(id_ in self.outcomes or id_ in self.set_aside for id_ in self.children)

    def stands_still(self, child: Instruction) -> bool:
        """Not decided, and not asked for either."""
        return child.id in self.set_aside and child.id not in self.outcomes


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A node of a seed's tree, what the machine says of it (None of the seed itself), what people say, and its present text."""

    instruction: Instruction
    status: RunStatus | None
    human: HumanStatus
    revision_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """How a run stands that waits for people.

    `undecided`: survivors that people have not settled. `under_way`: children that were begun and have no outcome,
    `planned`: those that were not begun. `seeds`: those whose next epoch waits for decisions.
    """

    undecided: int
    under_way: int
    planned: int
    seeds: int
