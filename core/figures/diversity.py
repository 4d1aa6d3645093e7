"""Figures of diversity: one measure of every group, and the differences between two sides. Points carry the address of what they mean."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.domain.diversity import Contrast, Measure, Measured, Unit
from core.domain.operation import Operation
from core.domain.study_numbers import Estimate
from core.figures.look import SYMBOLS, Palette, faint, framed
from core.figures.study import plain

_ROW = 32  # px
_FARTHEST = 1.2  # of the first side's number: beyond it an interval is cut, and the table says how far it reaches
_HOLLOW = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


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
            colour, symbol = _mark(one, colours)
            words = (
                f"{plain(one.group.title)}: {said(measure, estimate)}; n {one.group.n:,} of {one.group.seeds:,} seeds"
            )
            is_few = one.group.seeds < few
            _dot(
                figure,
                estimate,
                place,
                words,
                addresses[one.group.name],
                (colour, colours.card if is_few else colour),
                symbol,
            )
    figure.update_xaxes(
        nticks=5, showline=True, rangemode="tozero", tickformat=".0%" if measure.unit is Unit.SHARE else None
    )
    _named(figure, [f"{plain(one.group.title)}  " for one in found], colours)
    return figure


def differences(contrasts: Sequence[Contrast], addresses: Mapping[Measure, str], colours: Palette) -> go.Figure:
    """A row for each measure: second minus first as a share of the first, with its interval. Filled: clear after correction for all of them."""
    shown = [one for one in contrasts if one.relative is not None]
    figure = framed(colours, height=56 + _ROW * max(1, len(shown)), right=20, bottom=40)
    figure.add_vline(x=0, line={"color": colours.ink2, "width": 1.4, "dash": "dot"})
    for place, one in enumerate(shown):
        relative = one.relative
        assert relative is not None
        colour = colours.accent if one.is_clear else colours.ink3
        estimate = Estimate(value=relative.value, n=one.difference.n, low=relative.low, high=relative.high)
        words = f"{one.measure.label}: {said_difference(one.measure, one.difference)}"
        if abs(relative.value) <= _FARTHEST:  # beyond it the table alone says so
            _dot(
                figure,
                estimate,
                place,
                words,
                addresses[one.measure],
                (colour, colour if one.is_clear else colours.card),
                "circle",
            )
    reach = max(
        (min(_FARTHEST, max(abs(one.relative.low), abs(one.relative.high))) for one in shown if one.relative),
        default=1.0,
    )
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


def _mark(one: Measured, colours: Palette) -> tuple[str, str]:
    """Colour and symbol of a group, as everywhere."""
    if one.group.name in set(Operation):
        operation = Operation(one.group.name)
        return colours.operations[operation], SYMBOLS[operation]
    if "reference" in one.group.wanted.kinds:
        return colours.ink3, "diamond"
    return (colours.ink, "circle") if one.group.name == "seeds" else (colours.accent, "circle")


def _dot(
    figure: go.Figure, estimate: Estimate, place: int, words: str, address: str, colour: tuple[str, str], symbol: str
) -> None:
    """`colour`: of the line, and of what is inside."""
    line, inside = colour
    value, extent = estimate.value or 0.0, {}
    if estimate.low is not None and estimate.high is not None:
        extent = {"array": [estimate.high - value], "arrayminus": [value - estimate.low], "symmetric": False}
    marker = {"size": 11, "symbol": symbol, "color": inside, "line": {"width": 2, "color": line}, "opacity": 1}
    error = {"type": "data", **extent, "thickness": 2.2, "width": 0, "color": faint(line, 0.6)}
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


def _named(figure: go.Figure, names: Sequence[str], colours: Palette) -> None:
    figure.update_yaxes(
        range=[max(1, len(names)) - 0.5, -0.5], tickvals=list(range(len(names))), ticktext=list(names), showgrid=False,
        tickfont={"color": colours.ink},
    )  # fmt: skip
