"""Figures of what a dataset is: what survived, at which rates, for how much. Points carry the address of what is behind them."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from core.domain.operation import Operation
from core.domain.overview import SMALL_N
from core.domain.queue import QueueFilter
from core.domain.survival import Funnel, Part, Price, Told
from core.figures.look import SYMBOLS, Palette, faint, framed
from core.figures.rates import share_in_words
from core.figures.study import plain

Address = Callable[[QueueFilter], str]
Money = Callable[[float | None], str]

_ROW, _STEP = 32, 34  # px
_TOLD_FROM = 0.2  # of the widest bar: narrower, and its words stand beside it


def funnel(found: Funnel, address: Address, colours: Palette) -> go.Figure:
    """A bar for each step, as wide as so many came so far; what survived and was accepted in green."""
    steps = found.steps
    most = max(1, *(step.n for step in steps))
    figure = framed(colours, height=24 + _STEP * len(steps), right=24, bottom=8)
    fills = (colours.ink3, colours.tie, colours.ok, colours.tie, colours.ok)
    figure.add_trace(
        go.Bar(
            x=[step.n for step in steps],
            y=list(range(len(steps))),
            orientation="h",
            customdata=[address(step.wanted) if step.wanted else "" for step in steps],
            text=[step_in_words(found, at) for at in range(len(steps))],
            textposition=["inside" if step.n / most >= _TOLD_FROM else "outside" for step in steps],
            insidetextanchor="start",
            textangle=0,
            constraintext="none",
            textfont={"size": 13, "color": [_over(step.n / most, at, colours) for at, step in enumerate(steps)]},
            marker={"color": fills[: len(steps)], "line": {"width": 0}},
            unselected={"marker": {"opacity": 1}},
            hovertext=[f"{step.name}: {step_in_words(found, at)}" for at, step in enumerate(steps)],
            hoverinfo="text",
            cliponaxis=False,
        )
    )
    figure.update_xaxes(range=[0, most * 1.02], showgrid=False, showticklabels=False)
    names = {"tickvals": list(range(len(steps))), "ticktext": [step.name + "  " for step in steps]}
    figure.update_yaxes(range=[len(steps) - 0.4, -0.6], **names, showgrid=False, tickfont={"color": colours.ink})
    return figure


def _over(width: float, at: int, colours: Palette) -> str:
    """Ink that can be read on a step's bar, or beside it."""
    if width < _TOLD_FROM:
        return colours.ink2
    return colours.ink if at in (1, 3) else colours.page


def step_in_words(found: Funnel, at: int) -> str:
    """46 · 66 % of those evolved."""
    step, share = found.steps[at], found.share(at)
    if share is None:
        return f"{step.n:,}"
    return f"{step.n:,} · {share:.0%} of those {found.steps[at - 1].name.lower()}".replace("%", " %")


def rates(found: Sequence[Told], address: Address, colours: Palette, *, what: str) -> go.Figure:
    """A row for each rate: dot, 95 % interval, share and n; hollow where n is small. Operations in their own colours and signs."""
    rows = max(1, len(found))
    figure = framed(colours, height=40 + _ROW * rows, right=118, bottom=28)
    hues: dict[str, list[int]] = {}
    for place, one in enumerate(found):
        hues.setdefault(_hue(one, colours), []).append(place)
    for hue, places in hues.items():  # a trace for each colour: error bars have one
        _dots(figure, found, places, hue, address, what)
    for place, one in enumerate(found):
        figure.add_annotation(
            x=1.0, xref="paper", xanchor="left", xshift=8, y=place, showarrow=False, text=share_in_words(one.share),
            font={"size": 12.5, "color": colours.ink2},
        )  # fmt: skip
    figure.update_xaxes(
        range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", "25", "50", "75", "100 %"]
    )
    figure.update_yaxes(
        range=[rows - 0.5, -0.5], tickvals=list(range(len(found))), ticktext=[f"{plain(one.label)}  " for one in found],
        showgrid=False, tickfont={"color": colours.ink},
    )  # fmt: skip
    return figure


def _hue(one: Told, colours: Palette) -> str:
    is_operation = one.part is Part.OPERATION and one.name in set(Operation)
    return colours.operations[Operation(one.name)] if is_operation else colours.accent


def _symbol(one: Told) -> str:
    is_operation = one.part is Part.OPERATION and one.name in set(Operation)
    symbol = SYMBOLS[Operation(one.name)] if is_operation else "circle"
    return symbol if one.share.n >= SMALL_N or "open" in symbol else f"{symbol}-open"


def _dots(
    figure: go.Figure, found: Sequence[Told], places: Sequence[int], hue: str, address: Address, what: str
) -> None:
    told = [(place, found[place]) for place in places if found[place].share.value is not None]
    values = [one.share.value or 0.0 for _, one in told]
    reach = {
        "array": [one.share.high - value for (_, one), value in zip(told, values, strict=True)],
        "arrayminus": [value - one.share.low for (_, one), value in zip(told, values, strict=True)],
    }
    figure.add_trace(
        go.Scatter(
            x=values,
            y=[place for place, _ in told],
            mode="markers",
            customdata=[address(one.wanted) if one.wanted else "" for _, one in told],
            marker={"size": 11, "symbol": [_symbol(one) for _, one in told], "color": hue, "line": {"width": 2, "color": hue}, "opacity": 1},
            unselected={"marker": {"opacity": 1}},
            cliponaxis=False,
            error_x={"type": "data", **reach, "symmetric": False, "thickness": 2.2, "width": 0, "color": faint(hue, 0.55)},
            hovertext=[_rate_in_words(one, what) for _, one in told],
            hoverinfo="text",
        )
    )  # fmt: skip


def _rate_in_words(one: Told, what: str) -> str:
    unclear = f"<br>{one.unclear:,} could not be told" if one.unclear else ""
    said = f"{plain(one.label)}, {what}: {share_in_words(one.share)}<br>95 % interval {one.share.low:.0%} to {one.share.high:.0%}"
    return said + unclear


def prices(found: Sequence[Price], address: Address, money: Money, colours: Palette, *, of_accepted: bool) -> go.Figure:
    """Tokens for each survivor, or for each accepted one, by operation, with what that is in money and n."""
    shown = [one for one in found if one.operation is not None]
    figure = framed(colours, height=42 + _ROW * max(1, len(shown)), right=170, bottom=28)
    names = [one.operation.label for one in shown if one.operation]
    counts = [one.accepted if of_accepted else one.survived for one in shown]
    figure.add_trace(
        go.Bar(
            x=[one.tokens_each(n) or 0 for one, n in zip(shown, counts, strict=True)],
            y=names,
            orientation="h",
            customdata=[address(one.wanted) if one.wanted else "" for one in shown],
            marker={"color": [colours.operations[one.operation] for one in shown if one.operation]},
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{x:,.0f} tokens<extra></extra>",
        )
    )
    for name, one, n in zip(names, shown, counts, strict=True):
        figure.add_annotation(
            x=1.0, xref="paper", xanchor="left", xshift=8, y=name, showarrow=False, text=price_in_words(one, n, money),
            font={"size": 12.5, "color": colours.ink2},
        )  # fmt: skip
    figure.update_xaxes(rangemode="tozero", nticks=5, tickformat="~s")
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": colours.ink})
    figure.update_layout(bargap=0.42)
    return figure


def price_in_words(one: Price, n: int, money: Money) -> str:
    """1,240 · $0.0012 · n 46."""
    tokens = one.tokens_each(n)
    if tokens is None:
        return "none yet"
    free = one.spent.calls and one.spent.free == one.spent.calls
    return f"{tokens:,.0f} · {'nothing' if free else money(one.usd_each(n))} · n {n:,}"
