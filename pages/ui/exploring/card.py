"""A figure of Explore in its card: itself, as a picture, as data, and as a table; a click opens the instructions behind a point."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.figures.look import CONFIG, Figure, Palette, palette
from core.services.evaluating.result_tables import lines
from pages.ui import kit
from pages.ui.exploring import behind
from pages.ui.figure_head import head
from pages.ui.kit import h

Cell = str | int | float | None
_MOST = 200  # rows of a table below a figure; the data has all


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The numbers of a figure. `behind`: for each row the address of what it means (queue_address.as_text), "" for none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    behind: tuple[str, ...] = ()


def figure(
    key: str,
    title: str,
    lead: str,
    figure: Figure,
    table: Rows,
    on_pick: Callable[[str], None] = behind.follow,
    *,
    said: str = "",
) -> None:
    """Draw it. Points carry an address as customdata: `on_pick` gets it. `said` is what it shows in a sentence, for screen readers."""
    chart = f"explore.{key}.{behind.closed()}"
    with st.container(border=True, gap=None, key=f"explore_{key}_card"):
        kit.show("results", head(title, lead, f"explore-{key}", as_csv(table)), key=f"explore.{key}.title")
        st.plotly_chart(
            figure, theme=None, key=chart, config=dict(CONFIG), on_select=lambda: _take(chart, on_pick),
            selection_mode="points", alt=f"{title}, {lead}. {said} The same as a table stands below.",
        )  # fmt: skip
        _pick(kit.show("results", as_table(table), key=f"explore.{key}.table"), on_pick)


def table(
    key: str,
    title: str,
    lead: str,
    table: Rows,
    *nodes: kit.Child,
    on_pick: Callable[[str], None] = behind.follow,
) -> None:
    """The same without a figure: the rows themselves, and below them whatever else is to be said."""
    with st.container(border=True, gap=None, key=f"explore_{key}_card"):
        top = head(title, lead, f"explore-{key}", as_csv(table), picture=False)
        _pick(kit.show("results", top, _drawn(table), *nodes, key=f"explore.{key}"), on_pick)


def colours() -> Palette:
    """Of the theme that this person looks at."""
    return palette(st.context.theme.type)


def as_csv(table: Rows) -> str:
    return lines(table.columns, table.rows)


def as_table(table: Rows) -> kit.Element:
    """Folded: for keys, for screen readers, and for whoever wants the numbers."""
    return h("details", {"class": "tb"}, h("summary", "As a table"), _drawn(table))


def _drawn(table: Rows) -> kit.Element:
    heads = (h("th", {"scope": "col", "class": "r" if at else ""}, name) for at, name in enumerate(table.columns))
    rows = (_row(row, (*table.behind, *[""] * len(table.rows))[at]) for at, row in enumerate(table.rows[:_MOST]))
    more = len(table.rows) - _MOST
    beyond = h("p", {"class": "lab"}, f"{more:,} more rows stand in the data.") if more > 0 else None
    return h("div", h("table", h("thead", h("tr", *heads)), h("tbody", *rows)), beyond)


def _row(row: tuple[Cell, ...], address: str) -> kit.Element:
    first, *rest = row
    name = _in_words(first)
    link = h("button", {"class": "lk", "data-action": address, "title": "Open the instructions"}, name)
    cells = (h("td", {"class": "r num"}, _in_words(cell)) for cell in rest)
    return h("tr", h("th", {"scope": "row", "class": "nm"}, link if address else name), *cells)


def _in_words(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _pick(action: str | None, on_pick: Callable[[str], None]) -> None:
    if action:
        on_pick(action)


def _take(chart: str, on_pick: Callable[[str], None]) -> None:
    """A point was clicked. A chart that is gone may call once more."""
    points = st.session_state[chart]["selection"]["points"] if chart in st.session_state else []
    chosen = points[0].get("customdata") if points else None
    chosen = chosen[0] if isinstance(chosen, list) and chosen else chosen
    if isinstance(chosen, str) and chosen:
        on_pick(chosen)
