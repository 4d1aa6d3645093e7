"""What a run will take: before the start as an estimate, while it goes as time left."""

from core.domain.call import Prices
from core.domain.check import Rule
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Difficulty, RunSettings, StepOrder
from core.domain.system import EMBEDDED, Endpoint
from core.domain.task import TaskKind
from core.services.access import may_read
from core.services.projects import Project
from core.store import run_reading, seed_reading
from core.store.run_reading import Usage

_SURVIVAL = 0.85  # until this project has outcomes of its own
_TOKENS_A_WORD = 1.35
_PROMPT = {TaskKind.EVOLVE: 420, TaskKind.JUDGE: 480, TaskKind.RESPOND: 10, TaskKind.SCORE: 380}  # tokens around a text
_REPLY = {TaskKind.EVOLVE: 90, TaskKind.JUDGE: 3, TaskKind.RESPOND: 350, TaskKind.SCORE: 2}
_WORDS_AN_EPOCH = 16  # the middle of the budget, and one


def estimate(actor: Actor, project: Project, settings: RunSettings, endpoint: Endpoint, n_seeds: int) -> Estimate:
    """Calls, tokens, money, time. Uses what this project's calls to the same endpoint really took, where there are any."""
    may_read(actor)
    calls = calls_by_kind(settings, n_seeds)
    usage = run_reading.usage(project.database, endpoint.name)
    words = seed_reading.mean_words(project.database)
    tokens_in = tokens_out = busy_s = 0.0
    for kind, n in calls.items():
        one = usage.get(kind) or _guess(kind, settings, endpoint, words)
        tokens_in += n * one.tokens_in
        tokens_out += n * one.tokens_out
        busy_s += n * one.latency_s
    return Estimate(
        calls=round(sum(calls.values())),
        tokens=round(tokens_in + tokens_out),
        usd=_price(endpoint.prices, tokens_in, tokens_out),
        duration_s=busy_s / max(1, endpoint.in_flight),
    )


def calls_by_kind(settings: RunSettings, n_seeds: int) -> dict[TaskKind, float]:
    """Expected calls: every child is asked for, survivors of the cheap rules are judged, and so on."""
    children = n_seeds * sum(_children_in_epoch(settings, epoch) for epoch in range(1, settings.epochs + 1))
    stops_early = settings.order is StepOrder.CHEAP
    answered = children * (_SURVIVAL if stops_early and Rule.NO_INFORMATION_GAIN in settings.rules else 1)
    scored = {
        Difficulty.NONE: 0.0,
        Difficulty.SURVIVORS: children * _SURVIVAL + n_seeds,
        Difficulty.ALL: children + n_seeds,
    }
    return {
        TaskKind.EVOLVE: children,
        TaskKind.JUDGE: children if Rule.NO_INFORMATION_GAIN in settings.rules else 0,
        TaskKind.RESPOND: answered if settings.respond else 0,
        TaskKind.SCORE: scored[settings.difficulty],
    }


def _children_in_epoch(settings: RunSettings, epoch: int) -> float:
    growth = max(1.0, settings.children * _SURVIVAL)
    frontier = min(float(settings.max_frontier_per_seed), growth ** (epoch - 1)) if settings.children > 1 else 1.0
    return frontier * settings.children


def _guess(kind: TaskKind, settings: RunSettings, endpoint: Endpoint, words: float) -> Usage:
    text = (words + _WORDS_AN_EPOCH * settings.epochs / 2) * _TOKENS_A_WORD
    most = settings.responding.max_tokens if kind is TaskKind.RESPOND else settings.evolving.max_tokens
    tokens_out = min(float(most), _REPLY[kind] + (text if kind is TaskKind.EVOLVE else 0))
    # Measured on two cores (docs/benchmarks.md): the repeated prompt is cached, decoding is what takes the time.
    latency = 1.2 + tokens_out / 12 if endpoint.name == EMBEDDED else 0.5 + tokens_out / 60
    return Usage(tokens_in=_PROMPT[kind] + text, tokens_out=tokens_out, latency_s=latency)


def _price(prices: Prices, tokens_in: float, tokens_out: float) -> float | None:
    return prices.cost_usd(round(tokens_in), round(tokens_out))


def time_left_s(*, calls: int, decided: int, expected: int, calls_per_s: float | None) -> float | None:
    """From this run's own calls per decided child and its present rate; None while either is unknown."""
    if not calls_per_s or not decided or expected <= decided:
        return None
    return (expected - decided) * (calls / decided) / calls_per_s
