"""Figures of what was measured of a run: words added, difficulty by epoch, cost. Points carry the pick behind them."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from core.domain.instruction import RunStatus
from core.domain.operation import WORD_BUDGET, Operation
from core.domain.overview import PAPER_DIFFICULTY, SMALL_N, Cost, Grade, Pick, WordsAdded
from core.figures.look import Palette, faint, framed

_ROW = 34  # px
_WORDS = (-10, 50)  # what lies beyond is put into the last bar on its side


def words(ours: WordsAdded, colours: Palette, theirs: WordsAdded | None = None) -> go.Figure:
    """How many words were added, as shares of all, with the band that was asked for; another run's as a line."""
    figure = framed(colours, height=262, bottom=40)
    least, most = WORD_BUDGET
    figure.add_vrect(x0=least - 0.5, x1=most + 0.5, fillcolor=faint(colours.accent, 0.14), line_width=0, layer="below")
    shown = range(_WORDS[0], _WORDS[1] + 1)
    bars = _binned(ours)
    total = max(1, ours.within.n)
    figure.add_trace(
        go.Bar(
            x=list(shown),
            y=[bars.get(at, 0) / total for at in shown],
            customdata=[str(_words_pick(at)) for at in shown],
            marker={"color": colours.ink3, "line": {"width": 0}},
            unselected={"marker": {"opacity": 1}},
            hovertext=[f"{_words_in_words(at)}: {bars.get(at, 0):,} of {ours.within.n:,}" for at in shown],
            hoverinfo="text",
        )
    )
    if theirs is not None and theirs.within.n:
        others = _binned(theirs)
        line = {"color": colours.accent, "width": 2.2, "shape": "hvh"}
        heights = [others.get(at, 0) / theirs.within.n for at in shown]
        figure.add_trace(go.Scatter(x=list(shown), y=heights, mode="lines", line=line, hoverinfo="skip"))
    figure.add_annotation(
        x=(least + most) / 2, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"asked for: {least}–{most}",
        font={"size": 12, "color": colours.ink2},
    )  # fmt: skip
    figure.update_layout(bargap=0.12, margin_t=22)
    figure.update_xaxes(
        title_text="words added", tickvals=[-10, 0, 10, 20, 30, 40, 50], range=[_WORDS[0] - 1, _WORDS[1] + 1],
        ticktext=["≤ −10", "0", "10", "20", "30", "40", "≥ 50"], showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return figure


def _binned(added: WordsAdded) -> dict[int, int]:
    bars: dict[int, int] = {}
    for at, n in added.counts.items():
        place = min(max(at, _WORDS[0]), _WORDS[1])
        bars[place] = bars.get(place, 0) + n
    return bars


def _words_pick(at: int) -> Pick:
    least, most = _WORDS
    return Pick(words_from=None if at == least else at, words_to=None if at == most else at, budgeted=True)


def _words_in_words(at: int) -> str:
    beyond = {_WORDS[0]: " or fewer", _WORDS[1]: " or more"}.get(at, "")
    return f"{at:+d}{beyond} words" if at else "no word"


def grades(ours: Sequence[Grade], colours: Palette, theirs: Sequence[Grade] = ()) -> go.Figure:
    """Mean difficulty of seeds and survivors by epoch with 95 % intervals, beside the paper's means."""
    figure = framed(colours, height=262, right=16, bottom=28)
    epochs = sorted({grade.epoch for grade in (*ours, *theirs)}) or [0]
    paper = {epoch: PAPER_DIFFICULTY[epoch] for epoch in epochs if epoch < len(PAPER_DIFFICULTY)}
    dashed = {"color": colours.ink2, "width": 1.6, "dash": "dash"}
    figure.add_trace(
        go.Scatter(
            x=list(paper), y=list(paper.values()), mode="lines+markers", line=dashed, marker={"size": 5}, customdata=[""] * len(paper),
            unselected={"marker": {"opacity": 1}}, hovertemplate="the paper: %{y:.2f}<extra></extra>",
        )
    )  # fmt: skip
    for shown, colour, symbol, shift in (
        (theirs, colours.ink3, "diamond", 0.06),
        (ours, colours.accent, "circle", 0.0),
    ):
        if shown:
            figure.add_trace(_grade_line(shown, colour, symbol, shift))
    counts = {grade.epoch: grade.mean.n for grade in ours}
    figure.update_xaxes(
        range=[epochs[0] - 0.3, epochs[-1] + 0.3], tickvals=epochs, showgrid=False,
        ticktext=[f"{f'Epoch {epoch}' if epoch else 'Seeds'} · {counts.get(epoch, 0):,}" for epoch in epochs],
    )  # fmt: skip
    figure.update_yaxes(range=[0.8, 10.2], tickvals=[1, 4, 7, 10])
    return figure


def _grade_line(shown: Sequence[Grade], colour: str, symbol: str, shift: float) -> go.Scatter:
    values = [grade.mean.value or 0.0 for grade in shown]
    reach = [
        0.0 if grade.mean.high is None else grade.mean.high - value for grade, value in zip(shown, values, strict=True)
    ]
    picks = [Pick(epoch=grade.epoch, status=RunStatus.SURVIVED) if grade.epoch else "" for grade in shown]
    return go.Scatter(
        x=[grade.epoch + shift for grade in shown],
        y=values,
        mode="lines+markers",
        customdata=[str(pick) if shift == 0 else "" for pick in picks],
        line={"color": colour, "width": 2.2},
        marker={
            "size": 9,
            "opacity": 1,
            "color": colour,
            "line": {"width": 2, "color": colour},
            "symbol": [symbol if grade.mean.n >= SMALL_N else f"{symbol}-open" for grade in shown],
        },
        unselected={"marker": {"opacity": 1}},
        error_y={"type": "data", "array": reach, "thickness": 2.2, "width": 0, "color": faint(colour, 0.55)},
        text=[f"n {grade.mean.n:,}" for grade in shown],
        hovertemplate="%{y:.2f}, %{text}<extra></extra>",
    )


def costs(ours: Sequence[Cost], money: Callable[[float | None], str], colours: Palette) -> go.Figure:
    """Tokens per survivor by operation, with what that is in money and how many survivors it is told from."""
    shown = [cost for cost in ours if cost.operation is not None]
    shown.sort(key=lambda cost: list(Operation).index(cost.operation or Operation.MUTATE))
    figure = framed(colours, height=42 + _ROW * max(1, len(shown)), right=150, bottom=28)
    names = [cost.operation.label if cost.operation else "" for cost in shown]
    figure.add_trace(
        go.Bar(
            x=[cost.tokens_each or 0 for cost in shown],
            y=names,
            orientation="h",
            customdata=[str(Pick(operation=cost.operation, status=RunStatus.SURVIVED)) for cost in shown],
            marker={"color": [colours.operations[cost.operation] for cost in shown if cost.operation]},
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{x:,.0f} tokens for each survivor<extra></extra>",
        )
    )
    for name, cost in zip(names, shown, strict=True):
        figure.add_annotation(
            x=1.0, xref="paper", xanchor="left", xshift=8, y=name, showarrow=False, text=_cost_in_words(cost, money),
            font={"size": 12.5, "color": colours.ink2},
        )  # fmt: skip
    figure.update_xaxes(rangemode="tozero", nticks=5, tickformat="~s")
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": colours.ink})
    figure.update_layout(bargap=0.42)
    return figure


def _cost_in_words(cost: Cost, money: Callable[[float | None], str]) -> str:
    if cost.tokens_each is None:
        return "no survivor"
    each = None if cost.usd is None else cost.usd / cost.survivors
    return f"{cost.tokens_each:,.0f} · {money(each)} · n {cost.survivors:,}"
