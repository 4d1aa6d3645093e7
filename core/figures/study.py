"""Figures of a study: wins, ties and losses; win rates by skill, epoch, operation and difficulty. Points carry the pick behind them."""

import html
from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from core.domain.study_results import Bout, TrialPick, Verdict
from core.figures.look import Palette, faint, framed

_ROW, _MOST_ROW, _BAR_ROW = 33.5, 56, 57  # px
_LONGEST = 30  # characters of a name
_TOLD_FROM = 0.11  # of the bar: narrower, and its words do not fit
_SHARES = {"tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0%", "25%", "50%", "75%", "100%"]}


def plain(text: str) -> str:
    """A name as a label: Plotly reads tags in labels, and names may come from anywhere."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return html.escape(short, quote=False)


def outcomes(bouts: Sequence[Bout], colours: Palette) -> go.Figure:
    """A bar for each opponent: wins, ties, losses, labelled; hatched losses. A click opens the prompts of one part."""
    figure = framed(colours, height=round(34 + _BAR_ROW * max(1, len(bouts))), bottom=12)
    names = list(range(len(bouts)))
    for verdict, colour, ink in (
        (Verdict.WIN, colours.ok, colours.page),
        (Verdict.TIE, colours.tie, colours.ink),
        (Verdict.LOSS, colours.no, colours.page),
    ):
        counts = [_count(bout, verdict) for bout in bouts]
        hatch = {
            "shape": "/",
            "bgcolor": colour,
            "fgcolor": faint(ink, 0.28),
            "fgopacity": 1,
            "size": 6,
            "solidity": 0.2,
        }
        figure.add_trace(
            go.Bar(
                x=[n / max(1, bout.record.n) for n, bout in zip(counts, bouts, strict=True)],
                y=names,
                orientation="h",
                customdata=[str(_with_verdict(bout, verdict)) for bout in bouts],
                text=[f"\u2002{n:,} {verdict}" if n / max(1, bout.record.n) >= _TOLD_FROM else "" for n, bout in zip(counts, bouts, strict=True)],
                textposition="inside", insidetextanchor="start", textangle=0, constraintext="none",
                textfont={"color": ink, "size": 13},
                marker={"color": colour, "line": {"width": 0}, **({"pattern": hatch} if verdict is Verdict.LOSS else {})},
                selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
                hovertext=[f"{plain(bout.name)}: {n:,} {verdict} of {bout.record.n:,}" for n, bout in zip(counts, bouts, strict=True)],
                hoverinfo="text",
            )
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_xaxes(range=[0, 1], showgrid=False, showticklabels=False)
    figure.update_yaxes(
        range=[max(1, len(bouts)) - 0.4, -0.6], tickvals=names, ticktext=[plain(bout.name) + "  " for bout in bouts],
        showgrid=False, showline=True, tickfont={"color": colours.ink},
    )  # fmt: skip
    return figure


def _count(bout: Bout, verdict: Verdict) -> int:
    return {Verdict.WIN: bout.record.wins, Verdict.TIE: bout.record.ties, Verdict.LOSS: bout.record.losses}[verdict]


def _with_verdict(bout: Bout, verdict: Verdict) -> TrialPick:
    return replace(bout.pick, verdict=verdict)


def rates(bouts: Sequence[Bout], colours: Palette, *, least_n: int, height: int = 0) -> go.Figure:
    """A row for each skill, epoch or operation: dot, 95 % interval and n; grey and hollow below `least_n`. `height`: as high as what stands beside it, px."""
    rows = max(1, len(bouts))
    figure = framed(
        colours, height=max(min(height, 70 + _MOST_ROW * rows), round(70 + _ROW * rows)), right=20, bottom=30
    )
    figure.add_vline(x=0.5, line={"color": colours.ink2, "width": 1.4, "dash": "dot"})
    told = [(place, bout) for place, bout in enumerate(bouts) if bout.rate.value is not None]
    _by_seed(figure, told, colours)
    for is_small in (False, True):  # two traces, however many rows: each trace costs milliseconds
        alike = [(place, bout) for place, bout in told if (bout.rate.n < least_n) is is_small]
        if alike:
            _dots(figure, alike, colours, is_small=is_small)
    small = f'<span style="font-size:11.5px;color:{colours.ink2}">'
    figure.update_xaxes(range=[-0.01, 1.03], **_SHARES)
    figure.update_yaxes(
        range=[rows - 0.4, -1.0],
        tickvals=[-0.72, *range(len(bouts))],
        ticktext=[f"{small}n </span>", *(f"{plain(bout.name)}  {small}{bout.rate.n:,} </span>" for bout in bouts)],
        showgrid=False,
        showline=True,
        tickfont={"color": colours.ink},
    )
    return figure


def _by_seed(figure: go.Figure, told: Sequence[tuple[int, Bout]], colours: Palette) -> None:
    """A thin line behind each dot whose prompts share seeds: all of them in one trace, with gaps."""
    ends = [(place, bout.rate.by_seed) for place, bout in told if bout.rate.by_seed is not None]
    if ends:
        figure.add_trace(
            go.Scatter(
                x=[x for _, seeds in ends for x in (seeds.low, seeds.high, None)],
                y=[y for place, _ in ends for y in (place, place, None)],
                mode="lines", line={"width": 1, "color": colours.ink2}, hoverinfo="skip", cliponaxis=False,
            )
        )  # fmt: skip


def _dots(figure: go.Figure, told: Sequence[tuple[int, Bout]], colours: Palette, *, is_small: bool) -> None:
    colour = colours.ink3 if is_small else colours.accent
    rates = [bout.rate for _, bout in told]
    values = [rate.value or 0.0 for rate in rates]
    above = [0.0 if rate.high is None else rate.high - value for rate, value in zip(rates, values, strict=True)]
    below = [0.0 if rate.low is None else value - rate.low for rate, value in zip(rates, values, strict=True)]
    figure.add_trace(
        go.Scatter(
            x=values,
            y=[place for place, _ in told],
            mode="markers",
            customdata=[str(bout.pick) for _, bout in told],
            marker={"size": 11, "color": colours.card if is_small else colour, "line": {"width": 2, "color": colour}, "opacity": 1},
            unselected={"marker": {"opacity": 1}},
            cliponaxis=False,
            error_x={
                "type": "data", "array": above, "arrayminus": below, "symmetric": False, "thickness": 2, "width": 0,
                "color": faint(colour, 0.6) if is_small else colour,
            },
            hovertext=[in_words(bout) for _, bout in told],
            hoverinfo="text",
        )
    )  # fmt: skip


def in_words(bout: Bout) -> str:
    """What one point says, for who looks closer and for who cannot see it."""
    rate = bout.rate
    if rate.value is None:
        return f"{plain(bout.name)}: nothing to tell a rate from; {bout.record.ties:,} tied"
    extent = "" if rate.low is None or rate.high is None else f", 95 % interval {rate.low:.0%} to {rate.high:.0%}"
    seeds = rate.by_seed
    if seeds is not None:
        extent += f" (by seed {seeds.low:.0%} to {seeds.high:.0%}, {seeds.seeds:,} seeds)"
    counted = f"{bout.record.wins:,} won, {bout.record.ties:,} tied, {bout.record.losses:,} lost"
    return f"{plain(bout.name)}: {rate.value:.0%}{extent}; n {rate.n:,} ({counted})".replace("%", " %")


def curve(bouts: Sequence[Bout], colours: Palette, *, least_n: int, cut: float | None = None) -> go.Figure:
    """Win rate by difficulty with a band; hollow where n is small; a dotted line where "hard" begins."""
    figure = framed(colours, height=296, right=14, bottom=44)
    told = [bout for bout in bouts if bout.rate.value is not None]
    at = [float(bout.name) for bout in told]
    banded = [(x, bout.rate) for x, bout in zip(at, told, strict=True) if bout.rate.low is not None]
    figure.add_trace(
        go.Scatter(
            x=[x for x, _ in banded] + [x for x, _ in reversed(banded)],
            y=[rate.high for _, rate in banded] + [rate.low for _, rate in reversed(banded)],
            fill="toself", mode="lines", line={"width": 0}, fillcolor=faint(colours.accent, 0.14), hoverinfo="skip",
        )
    )  # fmt: skip
    _band_by_seed(figure, told, colours)
    is_small = [bout.rate.n < least_n for bout in told]
    figure.add_trace(
        go.Scatter(
            x=at,
            y=[bout.rate.value for bout in told],
            mode="lines+markers",
            customdata=[str(bout.pick) for bout in told],
            line={"color": colours.accent, "width": 2.2},
            marker={
                "size": 8, "opacity": 1, "line": {"width": 2, "color": colours.accent},
                "color": [colours.card if small else colours.accent for small in is_small],
            },
            unselected={"marker": {"opacity": 1}},
            hovertext=[in_words(bout) for bout in told],
            hoverinfo="text",
        )
    )  # fmt: skip
    figure.add_hline(y=0.5, line={"color": colours.ink2, "width": 1.4, "dash": "dot"})
    if cut is not None:
        figure.add_vline(x=cut - 0.5, line={"color": colours.line, "width": 1.4, "dash": "dash"})
    _difficulty_axes(figure, bouts)
    return figure


def _band_by_seed(figure: go.Figure, told: Sequence[Bout], colours: Palette) -> None:
    """Thin ends of the intervals by seed, where prompts share seeds."""
    ends = [(float(bout.name), bout.rate.by_seed) for bout in told if bout.rate.by_seed is not None]
    for values in ([seeds.low for _, seeds in ends], [seeds.high for _, seeds in ends]) if ends else ():
        figure.add_trace(
            go.Scatter(
                x=[x for x, _ in ends], y=values, mode="lines+markers", line={"width": 1, "color": colours.ink2},
                marker={"size": 3, "color": colours.ink2}, hoverinfo="skip",
            )
        )  # fmt: skip


def _difficulty_axes(figure: go.Figure, bouts: Sequence[Bout]) -> None:
    shown = [float(bout.name) for bout in bouts] or [1.0, 10.0]
    figure.update_xaxes(
        range=[min(shown) - 0.6, max(shown) + 0.6],
        tickvals=shown,
        ticktext=[f"{bout.name}<br>n {bout.rate.n:,}" for bout in bouts],
        showgrid=False,
    )
    figure.update_yaxes(range=[-0.02, 1.06], **_SHARES)
