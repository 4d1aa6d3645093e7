"""Figures of diversity: one measure of every group, and the differences between two sides. Points carry the address of what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.domain.diversity import Contrast, Measure, Measured, Relative, Unit
from core.domain.operation import Operation
from core.domain.study_numbers import Estimate
from core.figures.look import SYMBOLS, Palette, faint, framed
from core.figures.study import plain

_ROW = 32  # px
_LONGEST = 20  # characters of a group's name
_FARTHEST = 1.2  # of the first side's number: beyond it an interval is cut, and the table says how far it reaches
_HOLLOW = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """Colours of a dot's line and inside, and its symbol."""

    line: str
    inside: str
    symbol: str = "circle"


def said(measure: Measure, estimate: Estimate) -> str:
    """A number in its unit, with its interval."""
    if estimate.value is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return number(measure, estimate.value)
    return f"{number(measure, estimate.value)} ({number(measure, estimate.low)} to {number(measure, estimate.high)})"


def said_difference(measure: Measure, estimate: Estimate) -> str:
    """A difference in its unit: of shares in percentage points, which are no percent of the first."""
    words = said(measure, estimate)
    return words.replace(" %", "") + " points" if measure.unit is Unit.SHARE and estimate.value is not None else words


def number(measure: Measure, value: float) -> str:
    """One number in its unit."""
    if measure.unit is Unit.SHARE:
        text = f"{100 * value:.1f} %"
    elif measure.unit is Unit.USD:
        text = f"${value:.4g}" if value >= 0 else f"-${-value:.4g}"
    else:
        text = f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return text.replace("-", "−")


def groups(
    measure: Measure, found: Sequence[Measured], addresses: Mapping[str, str], colours: Palette, *, few: int
) -> go.Figure:
    """A row for each group: dot, 95 % interval and number; hollow where it has few seeds. Operations have their colours, reference sets are grey."""
    figure = framed(colours, height=46 + _ROW * max(1, len(found)), right=146, bottom=28)
    for place, one in enumerate(found):
        estimate = one.estimates[measure]
        _beside(figure, place, said(measure, estimate) if estimate.value is not None else "–", colours)
        if estimate.value is not None:
            words = (
                f"{plain(one.group.title)}: {said(measure, estimate)}; n {one.group.n:,} of {one.group.seeds:,} seeds"
            )
            look = _look(one, colours, is_few=one.group.seeds < few)
            _dot(figure, estimate, place, words, addresses[one.group.name], look)
    figure.update_xaxes(
        nticks=5, showline=True, rangemode="tozero", tickformat=".0%" if measure.unit is Unit.SHARE else None
    )
    _named(figure, [f"{plain(_short(one.group.title))}  " for one in found], colours)
    return figure


def differences(contrasts: Sequence[Contrast], addresses: Mapping[Measure, str], colours: Palette) -> go.Figure:
    """A row for each measure: second minus first as a share of the first, with its interval. Filled: clear after correction for all of them."""
    shown = [one for one in contrasts if one.relative is not None]
    figure = framed(colours, height=56 + _ROW * max(1, len(shown)), right=20, bottom=40)
    figure.add_vline(x=0, line={"color": colours.ink2, "width": 1.4, "dash": "dot"})
    for place, one in enumerate(shown):
        relative = one.relative
        assert relative is not None
        estimate = Estimate(value=relative.value, n=one.difference.n, low=relative.low, high=relative.high)
        words = f"{one.measure.label}: {said_difference(one.measure, one.difference)}"
        look = (
            _Look(line=colours.accent, inside=colours.accent)
            if one.is_clear
            else _Look(line=colours.ink3, inside=colours.card)
        )
        if abs(relative.value) <= _FARTHEST:  # beyond it the table alone says so
            _dot(figure, estimate, place, words, addresses[one.measure], look)
    reach = max((_extent(one.relative) for one in shown if one.relative), default=1.0)
    ticks = _ticks(reach)
    figure.update_xaxes(
        range=[-1.05 * reach, 1.05 * reach], tickvals=ticks, ticktext=[_percent(one) for one in ticks], showline=True,
        title_text="second side less the first, in % of the first",
    )  # fmt: skip
    _named(figure, [f"{one.measure.label}  " for one in shown], colours)
    return figure


def _ticks(reach: float) -> list[float]:
    """Round shares from minus to plus this, 0 among them."""
    step = next((one for one in (0.01, 0.02, 0.05, 0.1, 0.25, 0.5) if reach / one <= 4), 1.0)
    return [step * at for at in range(-int(reach / step), int(reach / step) + 1)]


def _percent(share: float) -> str:
    return f"{100 * share:+.0f} %".replace("-", "−") if round(share, 4) else "0"


def _extent(relative: Relative) -> float:
    return min(_FARTHEST, max(abs(relative.low), abs(relative.high)))


def _look(one: Measured, colours: Palette, *, is_few: bool) -> _Look:
    """Colour and symbol of a group, as everywhere."""
    colour, symbol = (colours.ink, "circle") if one.group.name == "seeds" else (colours.accent, "circle")
    if one.group.name in set(Operation):
        operation = Operation(one.group.name)
        colour, symbol = colours.operations[operation], SYMBOLS[operation]
    elif "reference" in one.group.wanted.kinds:
        colour, symbol = colours.ink3, "diamond"
    return _Look(line=colour, inside=colours.card if is_few else colour, symbol=symbol)


def _dot(figure: go.Figure, estimate: Estimate, place: int, words: str, address: str, look: _Look) -> None:
    value, extent = estimate.value or 0.0, {}
    if estimate.low is not None and estimate.high is not None:
        extent = {"array": [estimate.high - value], "arrayminus": [value - estimate.low], "symmetric": False}
    marker = {
        "size": 11,
        "symbol": look.symbol,
        "color": look.inside,
        "line": {"width": 2, "color": look.line},
        "opacity": 1,
    }
    error = {"type": "data", **extent, "thickness": 2.2, "width": 0, "color": faint(look.line, 0.6)}
    figure.add_trace(
        go.Scatter(
            x=[value], y=[place], mode="markers", customdata=[address], marker=marker, error_x=error, cliponaxis=False,
            hovertext=[words], hoverinfo="text", **_HOLLOW,
        )
    )  # fmt: skip


def _beside(figure: go.Figure, place: int, text: str, colours: Palette) -> None:
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=8, y=place, showarrow=False, text=text,
        font={"size": 12.5, "color": colours.ink2},
    )  # fmt: skip


def _short(title: str) -> str:
    """So that two figures fit beside each other; the table has the whole name."""
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"


def _named(figure: go.Figure, names: Sequence[str], colours: Palette) -> None:
    figure.update_yaxes(
        range=[max(1, len(names)) - 0.5, -0.5], tickvals=list(range(len(names))), ticktext=list(names), showgrid=False,
        tickfont={"color": colours.ink},
    )  # fmt: skip
