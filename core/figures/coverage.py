"""Figures of coverage: the grid of skills and difficulties, and how its cells were filled one after the other."""

from collections.abc import Sequence
from math import sqrt

import plotly.graph_objects as go

from core.domain.coverage import DIFFICULTIES, MOST, NOT_SCORED, Cell, Coverage, CoverageCurve, Reach, SkillLine
from core.figures.look import DARK, Palette, faint, framed
from core.figures.study import plain

_ROW, _MARK = 30, 26  # px
_ASIDE = MOST + 1.35  # where the column of what has no difficulty stands
_TOP = 46  # px for the heads of the columns


def grid(found: Coverage, lines: Sequence[SkillLine], reach: Reach, colours: Palette, chosen: Cell | None) -> go.Figure:
    """A row for each skill with its number of seeds, a column for each difficulty: the more, the stronger, and the number."""
    figure = framed(colours, height=_TOP + 8 + _ROW * max(2, len(lines)), bottom=8)
    figure.update_layout(margin={"t": _TOP}, hoverdistance=40)
    cells = [[Cell(skill=line.skill, difficulty=column) for column in found.columns] for line in lines]
    _shades(figure, [[found.n(cell, reach) for cell in row if cell.is_scored] for row in cells], reach, colours)
    if NOT_SCORED in found.columns:
        _shades(figure, [[found.n(row[-1], reach)] for row in cells], reach, colours, at=_ASIDE)
    _numbers(figure, found, cells, reach, colours)
    for place, line in enumerate(lines):
        if chosen is not None and chosen.skill == line.skill:
            _outline(figure, _x(chosen), place, colours)
    figure.update_xaxes(
        range=[0.42, _x(cells[0][-1]) + 0.62 if cells else _ASIDE], tickvals=[*DIFFICULTIES, _ASIDE],
        ticktext=[*map(str, DIFFICULTIES), "not<br>scored"],
        side="top", showgrid=False, showline=False, tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(
        range=[len(lines) - 0.5, -0.5], tickvals=list(range(len(lines))), ticktext=[_name(line, colours) for line in lines],
        showgrid=False, showline=False, tickfont={"color": colours.ink},
    )  # fmt: skip
    return figure


def skill_in_words(skill: str) -> str:
    """A skill's name; "" is none known."""
    return skill or "No skill known"


def _name(line: SkillLine, colours: Palette) -> str:
    """The skill and how many seeds it has; greyed where it has none."""
    name = plain(skill_in_words(line.skill))
    if not line.seeds:
        return f'<span style="color:{colours.ink3}">{name}</span>  '
    return f'{name} <span style="color:{colours.ink3}">· {line.seeds:,}</span>  '


def _x(cell: Cell) -> float:
    return cell.difficulty if cell.is_scored else _ASIDE


def _colour(reach: Reach, colours: Palette) -> str:
    return {
        Reach.KEPT: colours.accent,
        Reach.ACCEPTED: colours.ok,
        Reach.WAITING: colours.ink2,
        Reach.ELIMINATED: colours.no,
        Reach.REJECTED: colours.no,
    }[reach]


def _shades(figure: go.Figure, counts: Sequence[Sequence[int]], reach: Reach, colours: Palette, at: float = 0) -> None:
    """The ground of the cells. By the root of the number, so that one instruction is seen beside a thousand."""
    most = max((n for row in counts for n in row), default=0)
    strongest = 0.6 if colours is DARK else 0.5
    colour = _colour(reach, colours)
    figure.add_trace(
        go.Heatmap(
            x=[at] if at else list(DIFFICULTIES),
            y=list(range(len(counts))),
            z=[[0.2 + 0.8 * sqrt(n / most) if n else 0 for n in row] for row in counts],
            zmin=0,
            zmax=1,
            dx=1,
            colorscale=[[0, faint(colours.ink3, 0.07)], [0.1, faint(colour, 0.06)], [1, faint(colour, strongest)]],
            showscale=False,
            hoverinfo="skip",
            xgap=3,
            ygap=3,
        )
    )


def _numbers(
    figure: go.Figure, found: Coverage, cells: Sequence[Sequence[Cell]], reach: Reach, colours: Palette
) -> None:
    """What is read and clicked: a point in every cell, those with nothing in them too."""
    every = [(cell, place) for place, row in enumerate(cells) for cell in row]
    figure.add_trace(
        go.Scatter(
            x=[_x(cell) for cell, _ in every],
            y=[place for _, place in every],
            mode="markers+text",
            text=[f"{n:,}" if (n := found.n(cell, reach)) else "" for cell, _ in every],
            textfont={"color": colours.ink, "size": 12.5},
            customdata=[str(cell) for cell, _ in every],
            marker={"symbol": "square", "size": _MARK, "opacity": 0},
            unselected={"marker": {"opacity": 0}, "textfont": {"color": colours.ink}},
            selected={"textfont": {"color": colours.ink}},
            hovertext=[in_words(found, cell) for cell, _ in every],
            hoverinfo="text",
        )
    )


def _outline(figure: go.Figure, x: float, y: int, colours: Palette) -> None:
    figure.add_shape(
        type="rect", x0=x - 0.48, x1=x + 0.48, y0=y - 0.46, y1=y + 0.46, line={"width": 2, "color": colours.ink}
    )


def in_words(found: Coverage, cell: Cell) -> str:
    """Math at 8: 3 kept, 2 accepted, 1 waiting, 5 eliminated, 0 rejected."""
    where = f"at {cell.difficulty}" if cell.is_scored else "without a difficulty"
    counts = ", ".join(f"{found.n(cell, reach):,} {reach.label.lower()}" for reach in Reach)
    return f"{plain(skill_in_words(cell.skill))} {where}: {counts}"


def curve(found: CoverageCurve, colours: Palette) -> go.Figure:
    """How many cells had something after so many decided evolutions; flat where nothing new was reached."""
    figure = framed(colours, height=210, bottom=42)
    y = list(range(1, len(found.reached) + 1))
    x = [one.decided for one in found.reached]
    figure.add_trace(
        go.Scatter(
            x=[0, *x, found.decided],
            y=[0, *y, y[-1] if y else 0],
            mode="lines",
            line={"shape": "hv", "width": 2.2, "color": colours.accent},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            customdata=[str(one.cell) for one in found.reached],
            marker={"size": 7, "color": colours.accent, "opacity": 1},
            unselected={"marker": {"opacity": 1}},
            hovertext=[
                f"{plain(skill_in_words(one.cell.skill))} at {one.cell.difficulty}: the {place:,}. cell, "
                f"after {one.decided:,} decided"
                for place, one in zip(y, found.reached, strict=True)
            ],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(title_text="evolutions decided", rangemode="tozero", nticks=6)
    figure.update_yaxes(title_text="cells filled", rangemode="tozero", nticks=5)
    return figure
