"""What the load of many reviewers amounts to, and its section of docs/benchmarks.md."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

from benchmarks.annotator import Annotator, Request
from benchmarks.apps import p95
from benchmarks.machine import described, table

LONG_EVERY = 12  # so many trees have one with texts of 1 to 20 kB among them
_WARM, _LATE = 0.25, 0.5  # shares of the time: until then caches fill, and every person's sitting is made
_LEAST_MIN = 5  # a slope over less says nothing of hours
_NAMES = {"decision": "`POST /api/decisions`, one decision", "hand": "`GET /api/trials`, a refill"}


@dataclass(frozen=True, kw_only=True)
class Load:
    """`memory`: (hours since the beginning, MB of the app). `kept_mb`: what of the last databases keep of their files."""

    people: list[Annotator]
    began_s: float
    minutes: float
    calls_per_s: float
    memory: list[tuple[float, float]]
    kept_mb: float


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Decisions that the server said to have saved, those of them that are in the log, and what was counted twice."""

    acknowledged: int
    in_log: int
    trials_twice: int
    items_twice: int
    projection_is_right: bool


def growth_mb_per_h(samples: Sequence[tuple[float, float]], without: float = _WARM) -> float:
    """The slope by least squares, without the first share of the time."""
    from_h = samples[0][0] + without * (samples[-1][0] - samples[0][0])
    late = [(hours, mb) for hours, mb in samples if hours >= from_h]
    return linear_regression([hours for hours, _ in late], [mb for _, mb in late]).slope


def worst_minute(requests: Sequence[Request], began_s: float) -> float:
    """The highest p95 of any minute, in ms."""
    minutes: dict[int, list[float]] = {}
    for one in requests:
        minutes.setdefault(int((one.at_s - began_s) // 60), []).append(one.ms)
    return max(p95(times) for times in minutes.values() if len(times) > 1)


def report(load: Load, counted: Counted, instructions: int) -> str:
    """The section of docs/benchmarks.md."""
    requests = [one for person in load.people for one in person.requests]
    errors = Counter(one.error for one in requests if one.error)
    refused = sum((person.refused for person in load.people), Counter[str]())
    return f"""{len(load.people)} people decide about every 3 s each for {load.minutes:g} minutes, from one queue of {instructions:,} instructions, over HTTP as the
deck does; one tree in {LONG_EVERY} has texts of 1 to 20 kB, the others of about 500 characters.
Meanwhile two runs, one of them in the same project, made {load.calls_per_s:.0f} calls a second together on a loopback server. Everything shares one
machine: the app, that server and the people. {described("streamlit", "duckdb", "aiohttp")}

{_times(requests, load.began_s)}

{table(("", "aim", "n"), _counts(load, counted, errors, refused))}
{_named("Errors", errors)}{_named("Refused", refused)}
`python -m benchmarks.review_load --keep` measures again."""


def _times(requests: list[Request], began_s: float) -> str:
    rows = []
    for kind, name in _NAMES.items():
        own = [one for one in requests if one.kind == kind]
        ms = [one.ms for one in own]
        rows.append((name, "p95 ≤ 100", f"{median(ms):,.0f}", f"{p95(ms):,.0f}", f"{worst_minute(own, began_s):,.0f}", f"{max(ms):,.0f}", f"{len(ms):,}"))  # fmt: skip
    return table(("ms", "aim", "p50", "p95", "p95 of the worst minute", "most", "n"), rows)


def _counts(load: Load, counted: Counted, errors: Counter[str], refused: Counter[str]) -> list[tuple[str, str, str]]:
    first, last = load.memory[0][1], load.memory[-1][1]
    most = max(mb for _, mb in load.memory)
    return [
        ("Requests that failed", "0", f"{errors.total():,}"),
        ("Decisions that were acknowledged", "–", f"{counted.acknowledged:,}"),
        ("of these not in the log", "0", f"{counted.acknowledged - counted.in_log:,}"),
        ("Decisions that were refused", "–", f"{refused.total():,}"),
        ("Trials decided twice", "0", f"{counted.trials_twice:,}"),
        ("Items decided by two people though one is enough", "0", f"{counted.items_twice:,}"),
        ("The projections say what the facts say", "yes", "yes" if counted.projection_is_right else "no"),
        ("Times that somebody had no card", "0", f"{sum(one.empty for one in load.people):,}"),
        ("Memory of the app at the beginning, at its most, at the end, MB", "–", f"{first:,.0f}, {most:,.0f}, {last:,.0f}"),
        ("of the last, what databases keep of their files (at most 1,000 a project)", "–", f"{load.kept_mb:,.0f}"),
        ("Its slope without the first quarter of the time, MB per hour", "–", _slope(load, _WARM)),
        ("Its slope in the second half", "–", _slope(load, _LATE)),
    ]  # fmt: skip


def _slope(load: Load, without: float) -> str:
    return f"{growth_mb_per_h(load.memory, without):+,.0f}" if load.minutes >= _LEAST_MIN else "too short"


def _named(what: str, found: Counter[str]) -> str:
    """The kinds, the most frequent first; nothing if there were none."""
    if not found:
        return ""
    return f"\n{what}: " + "; ".join(f"{n:,} × {why}" for why, n in found.most_common(5)) + ".\n"
