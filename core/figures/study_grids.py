"""Figures that set all contestants beside each other: who beats whom, and where each stands on a scale."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.domain.study_results import Bout, Level, TrialPick
from core.figures.look import DARK, Palette, faint, framed
from core.figures.study import in_words, plain

_CELL, _ROW = 58, 36  # px


def grid(bouts: Sequence[Bout], names: Sequence[tuple[str, str]], colours: Palette, *, least_n: int) -> go.Figure:
    """A square for each pair: how often the row beats the column. `names`: id and name of each contestant, best first."""
    figure = framed(colours, height=_CELL * max(2, len(names)) + 44, bottom=8)
    places = {id_: place for place, (id_, _) in enumerate(names)}
    shown = [one for one in bouts if one.rate.value is not None and {one.pick.of, one.pick.against} <= set(places)]
    figure.add_trace(
        go.Scatter(
            x=[places[one.pick.against] for one in shown],
            y=[places[one.pick.of] for one in shown],
            mode="markers+text",
            text=[f"<b>{one.rate.value:.0%}</b><br>n {one.rate.n:,}" for one in shown],
            textfont={"color": [colours.ink if one.rate.n >= least_n else colours.ink2 for one in shown], "size": 12.5},
            customdata=[str(one.pick) for one in shown],
            marker={
                "symbol": "square",
                "size": _CELL - 8,
                "opacity": 1,
                "color": [_shade(one, colours) for one in shown],
                "line": {"width": 1, "color": colours.line},
            },
            unselected={"marker": {"opacity": 1}},
            hovertext=[in_words(one) for one in shown],
            hoverinfo="text",
        )
    )
    labels = [plain(name) for _, name in names]
    figure.update_xaxes(
        range=[-0.6, len(names) - 0.4], tickvals=list(range(len(names))), ticktext=[label.replace(" ", "<br>", 1) for label in labels],
        side="top", showgrid=False, tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(
        range=[len(names) - 0.4, -0.6], tickvals=list(range(len(names))), ticktext=[f"{label}  " for label in labels],
        showgrid=False, tickfont={"color": colours.ink},
    )  # fmt: skip
    return figure


def _shade(bout: Bout, colours: Palette) -> str:
    """The further from one half, the stronger: green for the row, red for the column."""
    value = 0.5 if bout.rate.value is None else bout.rate.value
    strongest = 0.55 if colours is DARK else 0.45
    return faint(colours.ok if value >= 0.5 else colours.no, 0.03 + strongest * abs(value - 0.5) * 2)


def forest(levels: Sequence[Level], colours: Palette, *, least_n: int = 0, zero: float | None = None) -> go.Figure:
    """A row for each contestant, best first: its place on a scale with a 95 % interval, and the number beside it."""
    rows = max(1, len(levels))
    figure = framed(colours, height=44 + _ROW * rows, right=150, bottom=30)
    if zero is not None:
        figure.add_vline(x=zero, line={"color": colours.ink2, "width": 1.4, "dash": "dot"})
    for place, level in enumerate(levels):
        _level(figure, level, place, colours, is_small=level.estimate.n < least_n)
    figure.update_xaxes(nticks=6, showline=True)
    figure.update_yaxes(
        range=[rows - 0.4, -0.6],
        tickvals=list(range(len(levels))),
        ticktext=[f"{plain(level.name)}  " for level in levels],
        showgrid=False,
        tickfont={"color": colours.ink},
    )
    return figure


def _level(figure: go.Figure, level: Level, place: int, colours: Palette, *, is_small: bool) -> None:
    told = level.estimate
    if told.value is None:
        return
    colour = colours.ink3 if is_small else colours.accent
    extent, said = {}, _signed(told.value)
    if told.low is not None and told.high is not None:
        extent = {"array": [told.high - told.value], "arrayminus": [told.value - told.low], "symmetric": False}
        said += f" ({_signed(told.low)} to {_signed(told.high)})"
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=8, y=place, showarrow=False, text=said,
        font={"size": 12.5, "color": colours.ink2},
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[told.value],
            y=[place],
            mode="markers",
            customdata=[str(TrialPick(of=level.id))],
            marker={"size": 11, "color": colours.card if is_small else colour, "line": {"width": 2, "color": colour}, "opacity": 1},
            unselected={"marker": {"opacity": 1}},
            cliponaxis=False,
            error_x={"type": "data", **extent, "thickness": 2.2, "width": 0, "color": faint(colour, 0.7)},
            hovertext=[f"{plain(level.name)}: {said}; n {told.n:,}"],
            hoverinfo="text",
        )
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
