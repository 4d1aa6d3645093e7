"""The soak as a picture: four small charts over the same time, one line a run, as SVG that stands alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from benchmarks.soak_report import Soaked, by_minute

_COLOURS = ("#18478D", "#955A28", "#13757E", "#7753BC", "#772753")
_INK, _FAINT, _GRID, _GROUND = "#1B211F", "#616C66", "#DDE1DC", "#FCFCFB"
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 400, 200, 54, 54, 64
_FONT = "'Hanken Grotesk', system-ui, -apple-system, 'Segoe UI', sans-serif"
Line = Sequence[tuple[float, float]]  # (seconds, value)


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    lines: Sequence[Line]


def plot(runs: Sequence[Soaked]) -> str:
    """Memory, handles, threads, and the 95th of a hundred of every minute's decisions."""
    charts = (
        Chart(title="Memory, MB", lines=[[(one.at_s, one.mb) for one in run.samples] for run in runs]),
        Chart(title="Open handles", lines=[[(one.at_s, one.handles) for one in run.samples] for run in runs]),
        Chart(title="Threads", lines=[[(one.at_s, one.threads) for one in run.samples] for run in runs]),
        Chart(title="One decision, ms, p95 of each minute", lines=[by_minute(run.of("decision"), run.began_s) for run in runs]),
    )  # fmt: skip
    most_s = max(60.0 * run.minutes for run in runs)
    width, height = 2 * (_WIDTH + _GAP) + _LEFT - 20, 2 * (_HEIGHT + _GAP) + _TOP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="Soak">',
        f'<rect width="{width}" height="{height}" fill="{_GROUND}"/>',
        f'<g font-family="{escape(_FONT)}" font-size="12" fill="{_FAINT}">',
        *(_key(number, width) for number in range(len(runs))),
        *(part for number, chart in enumerate(charts) for part in _chart(chart, number, most_s)),
        "</g></svg>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _key(number: int, width: int) -> str:
    left = width - 90 * (number + 1)
    return (
        f'<line x1="{left}" y1="16" x2="{left + 22}" y2="16" stroke="{_colour(number)}" stroke-width="2"/>'
        f'<text x="{left + 28}" y="20">run {number + 1}</text>'
    )


def _chart(chart: Chart, number: int, most_s: float) -> list[str]:
    left, top = _LEFT + number % 2 * (_WIDTH + _GAP), _TOP + number // 2 * (_HEIGHT + _GAP)
    ticks = scale(max((value for line in chart.lines for _, value in line), default=1.0))
    return [
        f'<text x="{left}" y="{top - 12}" fill="{_INK}" font-size="14" font-weight="600">{escape(chart.title)}</text>',
        *(_tick(left, top + _HEIGHT - _HEIGHT * tick / ticks[-1], tick) for tick in ticks),
        *(
            f'<text x="{left + _WIDTH * share:.0f}" y="{top + _HEIGHT + 18}" text-anchor="{anchor}">{most_s * share / 60:g} min</text>'
            for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end"))
        ),
        *(_line(line, left, top, most_s, ticks[-1], _colour(run)) for run, line in enumerate(chart.lines) if line),
    ]


def _tick(left: float, y: float, value: float) -> str:
    return (
        f'<line x1="{left}" y1="{y:.1f}" x2="{left + _WIDTH}" y2="{y:.1f}" stroke="{_GRID}"/>'
        f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.10g}</text>'
    )


def _line(line: Line, left: int, top: int, most_s: float, most: float, colour: str) -> str:
    points = " ".join(
        f"{left + _WIDTH * min(1.0, at / most_s):.1f},{top + _HEIGHT - _HEIGHT * value / most:.1f}"
        for at, value in line
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round"/>'


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def scale(most: float) -> list[float]:
    """Round numbers from nothing to at least `most`, three to six of them: a line that begins high up shows how little it grows."""
    most = max(most, 1e-9)
    step = 10 ** floor(log10(most))
    step = next(one for one in (step / 5, step / 2, step, 2 * step) if most / one <= 5)
    return [round(step * number, 10) for number in range(ceil(most / step - 1e-9) + 1)]
