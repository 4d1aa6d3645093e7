"""Runs: their settings, their limits on spending, and what happens to them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.call import Sampling
from core.domain.check import PAPER_RULES, Rule
from core.domain.operation import Operation
from core.domain.task import TaskKind


class StepOrder(StrEnum):
    """`CHEAP`: text rules, judge, then respond, stopping at the first failure. `PAPER`: respond first, check all."""

    CHEAP = "cheap"
    PAPER = "paper"


class Difficulty(StrEnum):
    """Which instructions get a difficulty score. Scores never steer a run."""

    NONE = "none"
    SURVIVORS = "survivors"
    ALL = "all"


class Scoring(StrEnum):
    """How difficulty is asked for. `TOGETHER`: one call for all siblings of a parent, which ties less."""

    ALONE = "alone"
    TOGETHER = "together"


class Gate(StrEnum):
    """What may grow on. With `NONE` decisions never move the frontier.

    `ACCEPTED`: only what people accepted; a seed's next epoch waits until all its survivors are decided.
    `NOT_REJECTED`: what survived, unless people rejected it.
    """

    NONE = "none"
    ACCEPTED = "accepted"
    NOT_REJECTED = "not_rejected"


class LeftOver(StrEnum):
    """What becomes of a call that a batch brought nothing of: it is asked at once, or put into another batch."""

    NOW = "now"
    AGAIN = "again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """What a run may spend at most. None is no cap."""

    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedChoice:
    """Which seeds a run grows: the first `limit` that pass the filter, or a random `limit` of them; None is all.

    Filter: `skills` ("" is none known; no skills at all is any), `find` in the text, `source` (an import's id), `below` a
    difficulty: then the first `limit` are those nearest below it, and those without a difficulty come last.
    `mix` is the share of each skill that is wanted (any scale): then seeds are drawn at random skill by skill, and
    without a `limit` as many as keep the shares. A skill that has too few gives what it has; nothing else fills its place.
    """

    limit: int | None = None
    at_random: bool = False
    skills: tuple[str, ...] = ()
    find: str = ""
    source: str = ""
    below: float | None = None
    mix: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class MixLine:
    """One skill of a mix: how many are wanted, how many there are to choose from."""

    skill: str
    share: float
    wanted: int
    available: int

    @property
    def taken(self) -> int:
        return min(self.wanted, self.available)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """Everything that decides what a run does; stored whole with it.

    With a `gate`, no new child is begun while `buffer` survivors wait for people.
    `endpoint`, `answering` and `judging` name an endpoint or a pool: who evolves, answers, judges and rates; "" is the
    evolving one. `thresholds` are per rule, in the rule's own unit (no_information_gain: least P(not equal) that passes). So many
    `workers` of the installation's cluster make its calls; with 0 this process does.
    `by_batch` names the endpoints that are asked by batch; of these, `left_over` says how what a batch left is asked.
    """

    name: str
    endpoint: str
    answering: str = ""
    judging: str = ""
    pack: str = "compact"
    preset: str = "paper"
    seeds: SeedChoice = field(default_factory=SeedChoice)
    epochs: int = 4
    children: int = 1
    max_frontier_per_seed: int = 4
    weights: dict[Operation, float] = field(default_factory=lambda: dict.fromkeys(Operation, 1.0))
    rules: tuple[Rule, ...] = PAPER_RULES
    thresholds: dict[Rule, float] = field(default_factory=dict)
    order: StepOrder = StepOrder.CHEAP
    respond: bool = True
    difficulty: Difficulty = Difficulty.SURVIVORS
    scoring: Scoring = Scoring.ALONE
    evolving: Sampling = field(default_factory=Sampling)
    responding: Sampling = field(default_factory=Sampling)
    caps: Caps = field(default_factory=Caps)
    rng_seed: int = 0
    resume_by_itself: bool = False
    gate: Gate = Gate.NONE
    buffer: int = 50
    workers: int = 0
    by_batch: tuple[str, ...] = ()
    left_over: LeftOver = LeftOver.NOW

    def endpoint_for(self, kind: TaskKind) -> str:
        """The name of the endpoint or pool that is asked for tasks of this kind."""
        match kind:
            case TaskKind.EVOLVE:
                return self.endpoint
            case TaskKind.RESPOND:
                return self.answering or self.endpoint
            case TaskKind.JUDGE | TaskKind.SCORE:
                return self.judging or self.endpoint


class RunEventKind(StrEnum):
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    BLOCKED = "blocked"  # an error that every further call would meet, a cap, a full disk
    CAPS = "caps"  # new caps, as JSON in `reason`; says nothing of the run's state
    STEERING = "steering"  # whether draws follow what people accept, as JSON in `reason`; nor does this


CAP_REACHED = "The next call could pass"  # how the reason of a run that stands at a cap begins


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One experiment: these settings, this seed of chance, these seeds."""

    id: str
    number: int
    name: str
    settings: str
    rng_seed: int
    n_seeds: int
    by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEvent:
    """Something that happened to a run; its state is its last event."""

    run_id: str
    kind: RunEventKind
    by: str
    reason: str = ""
    received_at: datetime
