"""What a soak amounts to: how fast things grow, with the slope by least squares, and its section of docs/benchmarks.md."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

from benchmarks.annotator import Annotator, Request
from benchmarks.apps import p95
from benchmarks.machine import described, table
from benchmarks.review_load_report import LONG_EVERY, Counted
from benchmarks.visitor import Visitor

_WARM = 0.25  # share of the time in which caches fill and every person's sitting is made
_LEAST_MIN = 5  # a slope over less says nothing of hours
_WINDOW_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The app's process, seen from outside. `at_s` since the people began."""

    at_s: float
    mb: float
    handles: int
    threads: int
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """One run: a fresh process, its samples, and everybody who asked it."""

    samples: tuple[Sample, ...]
    people: tuple[Annotator, ...]
    visitors: tuple[Visitor, ...]
    began_s: float
    minutes: float
    counted: Counted

    @property
    def decided(self) -> int:
        return self.counted.acknowledged

    @property
    def requests(self) -> list[Request]:
        return [one for someone in (*self.people, *self.visitors) for one in someone.requests]

    def of(self, kind: str) -> list[Request]:
        return [one for one in self.requests if one.kind == kind and not one.error]


def slope(points: Sequence[tuple[float, float]], without: float = _WARM) -> float:
    """What is added in an hour, by least squares, without the first share of the time. `points`: (seconds, value)."""
    from_s = points[0][0] + without * (points[-1][0] - points[0][0])
    late = [(seconds / 3600, value) for seconds, value in points if seconds >= from_s]
    return linear_regression([at for at, _ in late], [value for _, value in late]).slope


def by_minute(requests: Sequence[Request], began_s: float) -> list[tuple[float, float]]:
    """The 95th of a hundred of every whole minute: (seconds to its middle, ms)."""
    minutes: dict[int, list[float]] = {}
    for one in requests:
        minutes.setdefault(int((one.at_s - began_s) // _WINDOW_S), []).append(one.ms)
    return [((number + 0.5) * _WINDOW_S, p95(ms)) for number, ms in sorted(minutes.items()) if len(ms) > 1]


def report(runs: Sequence[Soaked], instructions: int, wanted_per_s: float) -> str:
    """The section of docs/benchmarks.md."""
    people, tabs = len(runs[0].people), len(runs[0].visitors)
    head = ("", "aim", *(f"run {number + 1}" for number in range(len(runs))))
    return f"""{people} people decide from one queue of a project with {instructions:,} instructions, over HTTP as the deck does, and think so
shortly that they would make {wanted_per_s:,.0f} decisions a second if they never waited (one in 3 s each is their usual pace); one tree in {LONG_EVERY}
has texts of 1 to 20 kB. Meanwhile {tabs} tabs open a page, draw it twice and leave, each time in a new session. {runs[0].minutes:g} minutes a run, each
with a fresh process; the app, the people and the tabs share one machine. Slopes are by least squares without the first quarter of
the time. {described("streamlit", "duckdb", "aiohttp")}

{table(head, _rows(runs))}

{_errors(runs)}![Memory, open handles, threads and latency of each run over its time](soak.svg)

`python -m benchmarks.soak --keep` measures again."""


def _rows(runs: Sequence[Soaked]) -> list[tuple[str, ...]]:
    def row(what: str, aim: str, say: Callable[[Soaked], str]) -> tuple[str, ...]:
        return (what, aim, *map(say, runs))

    return [
        row("Decisions acknowledged", "–", lambda one: f"{one.decided:,}"),
        row("a second", "–", lambda one: f"{one.decided / (60 * one.minutes):,.1f}"),
        row("of these not in the log, or there twice", "0", _lost),
        row("Requests that failed", "0", lambda one: f"{sum(bool(request.error) for request in one.requests):,}"),
        row("The projections say what the facts say", "yes", lambda one: "yes" if one.counted.projection_is_right else "no"),
        row("Memory, MB: beginning, most, end", "–", lambda one: _course([sample.mb for sample in one.samples])),
        row("its slope, MB an hour", "–", lambda one: _slope(one, [(sample.at_s, sample.mb) for sample in one.samples])),
        row("its slope, kB for a decision", "–", _per_decision),
        row("Open handles: beginning, most, end", "–", lambda one: _course([sample.handles for sample in one.samples])),
        row("their slope, an hour", "0", lambda one: _slope(one, [(sample.at_s, sample.handles) for sample in one.samples])),
        row("Threads: beginning, most, end", "–", lambda one: _course([sample.threads for sample in one.samples])),
        row("their slope, an hour", "0", lambda one: _slope(one, [(sample.at_s, sample.threads) for sample in one.samples])),
        row("CPU of the app, share of one core", "–", _cpu),
        row("One decision, ms: p50, p95", "–", lambda one: _times(one.of("decision"))),
        row("its p95 a minute: first, last", "–", _first_and_last),
        row("the slope of that, ms an hour", "0", lambda one: _slope(one, by_minute(one.of("decision"), one.began_s))),
        row("A refill of the hand, ms: p50, p95", "–", lambda one: _times(one.of("hand"))),
        row("A page's script, ms: p50, p95", "–", lambda one: _times(one.of("page"))),
        row("Sessions opened and left", "–", lambda one: f"{len(one.of('page')) // 2:,}"),
    ]  # fmt: skip


def _lost(one: Soaked) -> str:
    return f"{one.counted.acknowledged - one.counted.in_log + one.counted.trials_twice + one.counted.items_twice:,}"


def _course(values: Sequence[float]) -> str:
    return f"{values[0]:,.0f}, {max(values):,.0f}, {values[-1]:,.0f}"


def _slope(one: Soaked, points: Sequence[tuple[float, float]]) -> str:
    return f"{slope(points):+,.0f}" if one.minutes >= _LEAST_MIN and len(points) > 2 else "too short"


def _per_decision(one: Soaked) -> str:
    """What a project that grows brings with it: its decisions are there to be counted."""
    if one.minutes < _LEAST_MIN or not one.decided:
        return "too short"
    per_h = one.decided * 60 / one.minutes
    return f"{1000 * slope([(sample.at_s, sample.mb) for sample in one.samples]) / per_h:+,.2f}"


def _cpu(one: Soaked) -> str:
    first, last = one.samples[0], one.samples[-1]
    return f"{100 * (last.cpu_s - first.cpu_s) / max(1.0, last.at_s - first.at_s):,.0f} %"


def _times(requests: Sequence[Request]) -> str:
    ms = [one.ms for one in requests]
    return f"{median(ms):,.0f}, {p95(ms):,.0f}" if len(ms) > 1 else "none"


def _first_and_last(one: Soaked) -> str:
    found = by_minute(one.of("decision"), one.began_s)
    return f"{found[0][1]:,.0f}, {found[-1][1]:,.0f}" if found else "none"


def _errors(runs: Sequence[Soaked]) -> str:
    """The kinds, the most frequent first; nothing if there were none."""
    found = Counter(one.error for run in runs for one in run.requests if one.error)
    said = "; ".join(f"{n:,} × {why}" for why, n in found.most_common(5))
    return f"Errors: {said}.\n\n" if said else ""
