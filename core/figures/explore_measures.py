"""Figures of difficulty and length by epoch, of people against the model, and of words added."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go

from core.domain.operation import WORD_BUDGET
from core.domain.overview import SMALL_N, Mean
from core.domain.queue import QueueFilter
from core.domain.survival import Graded, Long, Scored, Spread
from core.figures.look import Palette, faint, framed

Address = Callable[[QueueFilter], str]

MOST_DRAWN = 2_000  # points of a figure that can be saved as a picture
_HEIGHT = 282  # px
_WORDS = (-10, 50)  # what lies beyond is put into the last bar on its side
_GRADES = {"range": [0.6, 10.6], "tickvals": [1, 4, 7, 10]}
_PICKABLE = {"marker": {"opacity": 1}}


def difficulty(found: Sequence[Graded], address: Address, colours: Palette) -> go.Figure:
    """Mean difficulty by epoch with 95 % intervals: circles as the model says, squares as people say, dashed the paper's."""
    figure = framed(colours, height=_HEIGHT, right=16, bottom=28)
    told = [one for one in found if one.paper is not None]
    figure.add_trace(
        go.Scatter(
            x=[one.epoch for one in told], y=[one.paper for one in told], mode="lines+markers",
            line={"color": colours.ink2, "width": 1.6, "dash": "dash"}, marker={"size": 5}, customdata=[""] * len(told),
            unselected=_PICKABLE, hovertemplate="the paper: %{y:.2f}<extra></extra>",
        )
    )  # fmt: skip
    model = [(one, one.model, address(one.by_model)) for one in found]
    _means(figure, model, colours.accent, "circle", "the model", 0.0)
    people = [(one, one.people, address(one.by_people)) for one in found]
    _means(figure, people, colours.ink, "square", "people", 0.07)
    epochs = [one.epoch for one in found] or [0]
    figure.update_xaxes(
        range=[epochs[0] - 0.3, epochs[-1] + 0.3], tickvals=epochs, showgrid=False,
        ticktext=[f"{_epoch(one.epoch)} · {one.model.n:,}" for one in found],
    )  # fmt: skip
    figure.update_yaxes(**_GRADES)
    return figure


def _epoch(number: int) -> str:
    return f"Epoch {number}" if number else "Seeds"


def _means(
    figure: go.Figure, told: Sequence[tuple[Graded, Mean, str]], colour: str, symbol: str, who: str, shift: float
) -> None:
    shown = [(one, mean, mean.value, behind) for one, mean, behind in told if mean.value is not None]
    if not shown:
        return
    figure.add_trace(
        go.Scatter(
            x=[one.epoch + shift for one, _, _, _ in shown],
            y=[value for _, _, value, _ in shown],
            mode="lines+markers",
            customdata=[behind for _, _, _, behind in shown],
            line={"color": colour, "width": 2.2},
            marker={
                "size": 9, "opacity": 1, "color": colour, "line": {"width": 2, "color": colour},
                "symbol": [symbol if mean.n >= SMALL_N else f"{symbol}-open" for _, mean, _, _ in shown],
            },
            unselected=_PICKABLE,
            error_y={
                "type": "data", "array": [0.0 if mean.high is None else mean.high - value for _, mean, value, _ in shown],
                "thickness": 2.2, "width": 0, "color": faint(colour, 0.55),
            },
            hovertext=[f"{who}, {_epoch(one.epoch).lower()}: {value:.2f}, n {mean.n:,}" for one, mean, value, _ in shown],
            hoverinfo="text",
        )
    )  # fmt: skip


def two_scales(found: Sequence[Scored], address: Callable[[Scored], str], colours: Palette) -> go.Figure:
    """Each text that people and the model scored, at most MOST_DRAWN of them; dotted where both say the same.

    Points that coincide are moved a little apart.
    """
    found = found[:: -(-len(found) // MOST_DRAWN) or 1]
    figure = framed(colours, height=_HEIGHT, right=16, bottom=40)
    line = {"color": colours.ink2, "width": 1.4, "dash": "dot"}
    figure.add_shape(type="line", x0=1, y0=1, x1=10, y1=10, line=line)
    figure.add_trace(
        go.Scatter(
            x=[one.judge + _aside(one.id, "x") for one in found],
            y=[one.people + _aside(one.id, "y") for one in found],
            mode="markers",
            customdata=[address(one) for one in found],
            marker={"size": 8, "symbol": "square", "color": faint(colours.accent, 0.5), "line": {"width": 1, "color": colours.accent}},
            unselected=_PICKABLE,
            hovertext=[f"people {one.people:.1f} (n {one.n}), the model {one.judge:.1f}<br>{_epoch(one.epoch)}" for one in found],
            hoverinfo="text",
        )
    )  # fmt: skip
    figure.update_xaxes(**_GRADES, title_text="the model")
    figure.update_yaxes(**_GRADES, title_text="people")
    return figure


def _aside(id_: str, axis: str) -> float:
    """Up to 0.12 to either side, the same whenever it is drawn."""
    return (hashlib.sha256(f"{id_} {axis}".encode()).digest()[0] / 255 - 0.5) * 0.24


def lengths(found: Sequence[Long], address: Address, colours: Palette, *, of_added: bool) -> go.Figure:
    """By epoch how many words, or words added: a line from 5 to 95 %, a bar over the middle half, a dot at the median."""
    spreads = [(one, one.added if of_added else one.words) for one in found]
    told = [(one, spread) for one, spread in spreads if spread is not None]
    figure = framed(colours, height=_HEIGHT, right=16, bottom=28)
    if of_added:
        figure.add_hrect(
            y0=WORD_BUDGET[0], y1=WORD_BUDGET[1], fillcolor=faint(colours.accent, 0.14), line_width=0, layer="below"
        )
    for first, last, width, strength in ((0, 4, 2.0, 0.55), (1, 3, 12.0, 0.35)):
        figure.add_trace(_bars(told, first, last, width, faint(colours.accent, strength)))
    figure.add_trace(_medians(told, address, colours))
    epochs = [one.epoch for one, _ in told] or [0]
    figure.update_xaxes(
        range=[epochs[0] - 0.4, epochs[-1] + 0.4], tickvals=epochs, showgrid=False,
        ticktext=[f"{_epoch(one.epoch)} · {spread.n:,}" for one, spread in told],
    )  # fmt: skip
    figure.update_yaxes(rangemode="normal" if of_added else "tozero", nticks=6)
    return figure


def _medians(told: Sequence[tuple[Long, Spread]], address: Address, colours: Palette) -> go.Scatter:
    """A dot for each epoch, hollow where n is small."""
    return go.Scatter(
        x=[one.epoch for one, _ in told],
        y=[spread.quantiles[2] for _, spread in told],
        mode="markers",
        customdata=[address(one.wanted) for one, _ in told],
        marker={
            "size": 11, "color": [colours.accent if spread.n >= SMALL_N else colours.card for _, spread in told],
            "line": {"width": 2, "color": colours.accent}, "opacity": 1,
        },
        unselected=_PICKABLE,
        hovertext=[spread_in_words(_epoch(one.epoch), spread) for one, spread in told],
        hoverinfo="text",
    )  # fmt: skip


def _bars(told: Sequence[tuple[Long, Spread]], first: int, last: int, width: float, colour: str) -> go.Scatter:
    """One line for each epoch between two quantiles; None parts them."""
    across = [(at, at, None) for at in (one.epoch for one, _ in told)]
    along = [(spread.quantiles[first], spread.quantiles[last], None) for _, spread in told]
    return go.Scatter(
        x=[x for three in across for x in three], y=[y for three in along for y in three], mode="lines",
        line={"color": colour, "width": width}, hoverinfo="skip",
    )  # fmt: skip


def spread_in_words(name: str, spread: Spread) -> str:
    """Epoch 1: median 41, half between 35 and 55, n 46."""
    _, low, middle, high, _ = spread.quantiles
    return f"{name}: median {middle:g}, half between {low:g} and {high:g}, mean {spread.mean:.1f}, n {spread.n:,}"


def added(counts: Mapping[int, int], address: Callable[[int | None, int | None], str], colours: Palette) -> go.Figure:
    """How many words were added, as shares of all, with the band that was asked for."""
    figure = framed(colours, height=_HEIGHT, bottom=40)
    least, most = WORD_BUDGET
    low, high = _WORDS
    figure.add_vrect(x0=least - 0.5, x1=most + 0.5, fillcolor=faint(colours.accent, 0.14), line_width=0, layer="below")
    bars = Counter[int]()
    for at, n in counts.items():
        bars[min(max(at, low), high)] += n
    shown, total = range(low, high + 1), max(1, bars.total())
    figure.add_trace(
        go.Bar(
            x=list(shown),
            y=[bars[at] / total for at in shown],
            customdata=[address(None if at == low else at, None if at == high else at) for at in shown],
            marker={"color": colours.ink3, "line": {"width": 0}},
            unselected=_PICKABLE,
            hovertext=[f"{at:+d} words: {bars[at]:,} of {total:,}" for at in shown],
            hoverinfo="text",
        )
    )
    figure.add_annotation(
        x=(least + most) / 2, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"asked for: {least}–{most}",
        font={"size": 12, "color": colours.ink2},
    )  # fmt: skip
    figure.update_layout(bargap=0.12, margin_t=22)
    _added_axes(figure)
    return figure


def _added_axes(figure: go.Figure) -> None:
    low, high = _WORDS
    figure.update_xaxes(
        title_text="words added", tickvals=[-10, 0, 10, 20, 30, 40, 50], range=[low - 1, high + 1],
        ticktext=["≤ −10", "0", "10", "20", "30", "40", "≥ 50"], showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
