"""What a run looks like from outside, as values for pages and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.batch import BatchNow
from core.domain.check import Rule
from core.domain.cluster import WorkerNow
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.run import CAP_REACHED, RunEventKind, RunSettings
from core.domain.savings import Savings
from core.domain.task import TaskKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSummary:
    """One line of the list of runs. `state` is the last event's kind, or "preparing" before the first.

    `settings` hold the caps that count now: those of the newest change, if there was one.
    """

    id: str
    number: int
    name: str
    state: str
    reason: str
    n_seeds: int
    settings: RunSettings
    created_at: datetime
    state_since: datetime | None
    by: str

    @property
    def is_capped(self) -> bool:
        """It stands because its next call could pass a cap."""
        return self.state == RunEventKind.BLOCKED and self.reason.startswith(CAP_REACHED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """`usd` is None when no price is known: unknown is not 0. `unpriced` calls are in `calls` and not in `usd`."""

    calls: int = 0
    failed: int = 0
    tokens: int = 0
    usd: float | None = None
    unpriced: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochCount:
    """How far one epoch is. `made` children exist; those without an outcome are waiting or in flight."""

    epoch: int
    made: int
    survived: int
    eliminated: int
    error: int
    difficulty: float | None

    @property
    def decided(self) -> int:
        return self.survived + self.eliminated + self.error


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCount:
    """How often a rule was the first to eliminate children of one operation."""

    operation: Operation
    rule: Rule
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evolution:
    """One outcome as a line: newest first on the run's page."""

    id: str
    seed_id: str
    operation: Operation
    epoch: int
    status: RunStatus
    rule: Rule | None
    text: str
    words_added: int | None
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureCount:
    """Failed calls of one kind. `last` is the newest one's own words."""

    kind: str
    n: int
    last: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunProgress:
    """Everything that the page of a run shows. `live` is True while an engine works on it in this process.

    `unwell`: endpoints of its pools that are not asked now, and why. `waits`: for whom it waits, in words. `saved`: what
    people's rejections spare it. `in_batches`: calls that are gathered or under way in `batches`, `troubles` why one of these cannot be
    reached, by its id. `owed`: calls that wait (after its end: because an undo gave them back). `crew`: the workers of a
    cluster that make its calls; none if this process does.
    """

    run: RunSummary
    live: bool
    epochs: tuple[EpochCount, ...]
    rules: tuple[RuleCount, ...]
    made_by_operation: dict[Operation, int]
    latest: tuple[Evolution, ...]
    failures: tuple[FailureCount, ...]
    spending: Spending
    in_flight: int
    allowed: int
    calls_per_s: float | None
    left_s: float | None
    problem: str = ""
    unwell: dict[str, str] = field(default_factory=dict)
    waits: str = ""
    saved: Savings = field(default_factory=Savings)
    owed: int = 0
    batches: tuple[BatchNow, ...] = ()
    in_batches: int = 0
    troubles: Mapping[str, str] = field(default_factory=dict)
    crew: tuple[WorkerNow, ...] = ()

    @property
    def decided(self) -> int:
        return sum(epoch.decided for epoch in self.epochs)

    @property
    def survived(self) -> int:
        return sum(epoch.survived for epoch in self.epochs)

    @property
    def eliminated(self) -> int:
        return sum(epoch.eliminated for epoch in self.epochs)

    @property
    def expected(self) -> int:
        """Children that the whole run will decide on; for several children a node, those known so far."""
        settings = self.run.settings
        if settings.children == 1:
            return self.run.n_seeds * settings.epochs
        return sum(epoch.made for epoch in self.epochs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a run will take, before it starts. None: not known (no price, no speed).

    `survival` is the share of children that it is told from, of `survival_of` outcomes here (0: assumed); `measured` the
    kinds of calls whose tokens and time were measured here. `frontier` is what grows on of one seed in the last epoch,
    before the frontier limit. `decisions`: how many survivors people decide before it can end, if it waits for them.
    `batches`: how many of them follow one another; `duration_s` is without them.
    """

    calls: int
    tokens: int
    usd: float | None
    duration_s: float | None
    children: int = 0
    survival: float = 0.0
    survival_of: int = 0
    measured: tuple[TaskKind, ...] = ()
    frontier: float = 1.0
    decisions: int = 0
    batches: int = 0
