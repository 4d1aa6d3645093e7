"""What a run will take: before the start as an estimate, while it goes as time left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.analysis.intervals import wilson
from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.overview import Share
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Difficulty, Gate, RunSettings, Scoring, StepOrder
from core.domain.system import EMBEDDED, Endpoint, Player
from core.domain.task import TaskKind
from core.services.access import may_read
from core.services.growing.cluster_hands import is_own
from core.services.projects import Project
from core.store import gate_reading, run_reading, seed_reading
from core.store.run_reading import Usage

_ASSUMED = Share(k=85, n=100, low=0.0, high=1.0)  # until this project has outcomes of its own
_ENOUGH = 20  # outcomes
_TOKENS_A_WORD = 1.35
_PROMPT = {TaskKind.EVOLVE: 420, TaskKind.JUDGE: 480, TaskKind.RESPOND: 10, TaskKind.SCORE: 380}  # tokens around a text
_REPLY = {TaskKind.EVOLVE: 90, TaskKind.JUDGE: 3, TaskKind.RESPOND: 350, TaskKind.SCORE: 2}
_WORDS_AN_EPOCH = 16  # the middle of the budget, and one


def estimate(
    actor: Actor, project: Project, settings: RunSettings, cast: Mapping[TaskKind, Player], n_seeds: int
) -> Estimate:
    """Calls, tokens, money, time. Uses what this project's calls to the same endpoints really took, where there are any.

    `cast`: who is asked for what (`Endpoints.cast`). Money is unknown as soon as one endpoint's prices are.
    """
    may_read(actor)
    survival = _survival(project, settings)
    let_through = _let_through(project, settings)
    calls = calls_by_kind(settings, n_seeds, survival.value or 0.0, let_through)
    words = seed_reading.mean_words(project.database)
    loads: dict[str, _Load] = {}
    for kind, n in calls.items():
        for endpoint, weight in cast[kind].members if n else ():
            load = loads.setdefault(
                endpoint.name,
                _Load(
                    _as_reached(endpoint, settings),
                    run_reading.usage(project.database, endpoint.name),
                    endpoint.batch_share if endpoint.name in settings.by_batch else None,
                ),
            )
            load.add(kind, n * weight / sum(each for _, each in cast[kind].members), settings, words)
    prices = [load.usd for load in loads.values()]
    return Estimate(
        calls=round(sum(calls.values())),
        tokens=round(sum(load.tokens_in + load.tokens_out for load in loads.values())),
        usd=None if None in prices else sum(usd for usd in prices if usd is not None),
        duration_s=max((load.duration_s for load in loads.values()), default=0.0),
        children=round(calls[TaskKind.EVOLVE]),
        survival=survival.value or 0.0,
        survival_of=0 if survival is _ASSUMED else survival.n,
        measured=tuple(kind for kind in calls if any(kind in load.usage for load in loads.values())),
        frontier=growth(settings, (survival.value or 0.0) * let_through) ** (settings.epochs - 1),
        batches=batches_in_turn(settings, cast),
        decisions=_decisions(settings, calls[TaskKind.EVOLVE] * (survival.value or 0.0)),
    )


def _as_reached(endpoint: Endpoint, settings: RunSettings) -> Endpoint:
    """What each worker has of its own takes so many more calls at once."""
    if settings.workers and is_own(endpoint):
        return replace(endpoint, in_flight=endpoint.in_flight * settings.workers)
    return endpoint


def _let_through(project: Project, settings: RunSettings) -> float:
    """Of the survivors that people have decided here, the share that they accepted; before there are enough, all."""
    if settings.gate is Gate.NONE:
        return 1.0
    accepted, decided = gate_reading.accepted_survivors(project.database)
    return accepted / decided if decided >= _ENOUGH else 1.0


def _decisions(settings: RunSettings, survivors: float) -> int:
    """Survivors that people decide before the run can end: all but what the buffer may leave, if their epoch is the last."""
    if settings.gate is Gate.NONE:
        return 0
    before_last = survivors * (settings.epochs - 1) / settings.epochs if settings.gate is Gate.ACCEPTED else 0.0
    return round(max(before_last, survivors - settings.buffer, 0.0))


def _survival(project: Project, settings: RunSettings) -> Share:
    """The share of children that survived here under the same rules, asked of the same endpoint; else an assumption."""
    like = [
        run.id
        for run in run_reading.runs(project.database)
        if run.settings.endpoint == settings.endpoint and run.settings.rules == settings.rules
    ]
    found = [one for run_id in like for one in run_reading.outcomes(project.database, run_id)]
    survived = sum(one.n for one in found if one.status is RunStatus.SURVIVED)
    share = wilson(survived, survived + sum(one.n for one in found if one.status is RunStatus.ELIMINATED))
    return share if share.n >= _ENOUGH else _ASSUMED


@dataclass(slots=True)
class _Load:
    """What one endpoint is in for. `batch_share`: what is paid of its price, if it is asked by batch."""

    endpoint: Endpoint
    usage: dict[TaskKind, Usage]
    batch_share: float | None
    calls: float = 0.0
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    busy_s: float = 0.0

    def add(self, kind: TaskKind, n: float, settings: RunSettings, words: float) -> None:
        guess = _guess(kind, settings, self.endpoint, words)
        one = self.usage.get(kind) or guess
        self.calls += n
        self.tokens_in += n * one.tokens_in
        self.tokens_out += n * one.tokens_out
        self.busy_s += n * (one.latency_s or guess.latency_s or 0.0)

    @property
    def usd(self) -> float | None:
        """The embedded model costs nothing."""
        if self.endpoint.name == EMBEDDED:
            return 0.0
        prices = self.endpoint.prices.times(1.0 if self.batch_share is None else self.batch_share)
        return prices.cost_usd(round(self.tokens_in), round(self.tokens_out))

    @property
    def duration_s(self) -> float:
        """As long as its slowest limit takes: calls in flight, requests or tokens a minute. Nobody knows how long a batch takes."""
        if self.batch_share is not None:
            return 0.0
        rpm, tpm = self.endpoint.requests_per_min, self.endpoint.tokens_per_min
        return max(
            self.busy_s / max(1, self.endpoint.in_flight),
            60 * self.calls / rpm if rpm else 0.0,
            60 * (self.tokens_in + self.tokens_out) / tpm if tpm else 0.0,
        )


def batches_in_turn(settings: RunSettings, cast: Mapping[TaskKind, Player]) -> int:
    """How many batches follow one another: one for each step of an epoch that is asked so, since each needs the one before.

    Scores go along with the next epoch; the last epoch's have a batch of their own.
    """
    asked = {kind for kind, player in cast.items() if {one.name for one in player.endpoints} & set(settings.by_batch)}
    steps = {
        TaskKind.EVOLVE: True,
        TaskKind.JUDGE: Rule.NO_INFORMATION_GAIN in settings.rules,
        TaskKind.RESPOND: settings.respond,
    }
    in_an_epoch = sum(is_taken and kind in asked for kind, is_taken in steps.items())
    scores = TaskKind.SCORE in asked and settings.difficulty is not Difficulty.NONE
    return settings.epochs * in_an_epoch + scores


def calls_by_kind(
    settings: RunSettings, n_seeds: int, survival: float, let_through: float = 1.0
) -> dict[TaskKind, float]:
    """Expected calls: every child is asked for, survivors of the cheap rules are answered, and so on.

    `let_through`: the share of the survivors that people let grow on.
    """
    grow_on = survival * let_through
    children = n_seeds * sum(_children_in_epoch(settings, epoch, grow_on) for epoch in range(1, settings.epochs + 1))
    stops_early = settings.order is StepOrder.CHEAP
    answered = children * (survival if stops_early and Rule.NO_INFORMATION_GAIN in settings.rules else 1)
    together = settings.scoring is Scoring.TOGETHER
    families = children / settings.children
    some_survive = families * (1 - (1 - survival) ** settings.children)
    scored = {
        Difficulty.NONE: 0.0,
        Difficulty.SURVIVORS: (some_survive if together else children * survival) + n_seeds,
        Difficulty.ALL: (families if together else children) + n_seeds,
    }
    return {
        TaskKind.EVOLVE: children,
        TaskKind.JUDGE: children if Rule.NO_INFORMATION_GAIN in settings.rules else 0,
        TaskKind.RESPOND: answered if settings.respond else 0,
        TaskKind.SCORE: scored[settings.difficulty],
    }


def _children_in_epoch(settings: RunSettings, epoch: int, survival: float) -> float:
    most = float(settings.max_frontier_per_seed)
    frontier = 1.0
    for _ in range(epoch - 1):
        frontier = min(most, frontier * growth(settings, survival))
    return frontier * settings.children


def growth(settings: RunSettings, survival: float) -> float:
    """Nodes that go on for each node of the frontier: its survivors, or itself if it has none."""
    return settings.children * survival + (1 - survival) ** settings.children


def _guess(kind: TaskKind, settings: RunSettings, endpoint: Endpoint, words: float) -> Usage:
    text = (words + _WORDS_AN_EPOCH * settings.epochs / 2) * _TOKENS_A_WORD
    most = settings.responding.max_tokens if kind is TaskKind.RESPOND else settings.evolving.max_tokens
    tokens_out = min(float(most), _REPLY[kind] + (text if kind is TaskKind.EVOLVE else 0))
    # Measured on two cores (docs/benchmarks.md): the repeated prompt is cached, decoding is what takes the time.
    latency = 1.2 + tokens_out / 12 if endpoint.name == EMBEDDED else 0.5 + tokens_out / 60
    return Usage(tokens_in=_PROMPT[kind] + text, tokens_out=tokens_out, latency_s=latency)


def time_left_s(*, calls: int, decided: int, expected: int, calls_per_s: float | None) -> float | None:
    """From this run's own calls per decided child and its present rate; None while either is unknown."""
    if not calls_per_s or not decided or expected <= decided:
        return None
    return (expected - decided) * (calls / decided) / calls_per_s
