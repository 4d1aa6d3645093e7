"""Figures of rates: what survived or passed, and what was eliminated. Points carry the pick that names what is behind."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go

from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.overview import SMALL_N, Pick, Rate, Share
from core.domain.progress import RuleCount
from core.figures.look import SYMBOLS, Palette, faint, framed

_ROW, _TWO_ROWS = 34, 48  # px for one run and for two


def rates(
    ours: Sequence[Rate], label: Callable[[str], str], colours: Palette, theirs: Sequence[Rate] = (), *, what: str
) -> go.Figure:
    """A row for each rate: dot, 95 % interval, share and n. `theirs` are another run's, below as diamonds."""
    others = {rate.name: rate for rate in theirs}
    figure = framed(colours, height=42 + (_TWO_ROWS if theirs else _ROW) * max(1, len(ours)), right=118, bottom=28)
    for place, rate in enumerate(ours):
        own = _colour(rate.name, colours)
        _dot(figure, rate, place - (0.18 if theirs else 0), own, _symbol(rate), colours, what)
        if rate.name in others:
            _dot(figure, others[rate.name], place + 0.2, colours.ink3, "diamond", colours, what, clickable=False)
    figure.update_xaxes(
        range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", "25", "50", "75", "100 %"]
    )
    figure.update_yaxes(
        range=[len(ours) - 0.5, -0.5],
        tickvals=list(range(len(ours))),
        ticktext=[label(rate.name) for rate in ours],
        showgrid=False,
        tickfont={"color": colours.ink},
    )
    return figure


def _dot(
    figure: go.Figure,
    rate: Rate,
    place: float,
    colour: str,
    symbol: str,
    colours: Palette,
    what: str,
    *,
    clickable: bool = True,
) -> None:
    share, said = rate.share, share_in_words(rate.share)
    beside = {"x": 1.0, "xref": "paper", "xanchor": "left", "xshift": 8, "y": place, "showarrow": False}
    figure.add_annotation(**beside, text=said, font={"size": 12.5, "color": colours.ink2})
    if share.value is None:
        return
    extent = {"array": [share.high - share.value], "arrayminus": [share.value - share.low], "symmetric": False}
    figure.add_trace(
        go.Scatter(
            x=[share.value],
            y=[place],
            mode="markers",
            customdata=[str(rate.pick) if clickable else ""],
            marker={"size": 11, "symbol": symbol, "color": colour, "line": {"width": 2, "color": colour}, "opacity": 1},
            unselected={"marker": {"opacity": 1}},
            cliponaxis=False,
            error_x={"type": "data", **extent, "thickness": 2.2, "width": 0, "color": faint(colour, 0.55)},
            hovertemplate=f"{what}: {said}<br>95 % interval {share.low:.0%} to {share.high:.0%}<extra></extra>",
        )
    )


def share_in_words(share: Share) -> str:
    """84 % of 57."""
    return "none yet" if share.value is None else f"{share.value:.0%} of {share.n:,}".replace("%", " %")


def _colour(name: str, colours: Palette) -> str:
    return colours.operations[Operation(name)] if name in set(Operation) else colours.accent


def _symbol(rate: Rate) -> str:
    """An operation's own sign; a circle for the rest, hollow where n is small."""
    symbol = SYMBOLS[Operation(rate.name)] if rate.name in set(Operation) else "circle"
    return symbol if rate.share.n >= SMALL_N or "open" in symbol else f"{symbol}-open"


def eliminated(
    counts: Sequence[RuleCount], decided: Mapping[Operation, int], rule_words: Callable[[Rule], str], colours: Palette
) -> go.Figure:
    """Which rule was the first to eliminate how many children of which operation: squares, the darker the more."""
    rules = sorted({one.rule for one in counts}, key=list(Rule).index)
    operations = list(Operation)
    most = max((one.n for one in counts), default=1)
    figure = framed(colours, height=78 + 38 * len(operations), bottom=8)
    figure.add_trace(
        go.Scatter(
            x=[rules.index(one.rule) for one in counts],
            y=[operations.index(one.operation) for one in counts],
            mode="markers+text",
            text=[f"{one.n:,}" for one in counts],
            textfont={"color": colours.ink, "size": 12.5},
            customdata=[str(Pick(operation=one.operation, first_rule=one.rule)) for one in counts],
            marker={
                "symbol": "square",
                "size": 30,
                "opacity": 1,
                "color": [faint(colours.no, 0.08 + 0.42 * one.n / most) for one in counts],
                "line": {"width": 1, "color": faint(colours.no, 0.5)},
            },
            unselected={"marker": {"opacity": 1}},
            hovertext=[
                f"{one.operation.label}: {one.n:,} of {decided.get(one.operation, 0):,} by “{one.rule.label}”"
                for one in counts
            ],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(
        range=[-0.6, len(rules) - 0.4], tickvals=list(range(len(rules))), ticktext=[rule_words(rule).replace(" ", "<br>") for rule in rules],
        side="top", showgrid=False, tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(
        range=[len(operations) - 0.5, -0.5],
        tickvals=list(range(len(operations))),
        ticktext=[f"{one.label} · {decided.get(one, 0):,}" for one in operations],
        tickfont={"color": colours.ink},
    )
    return figure
