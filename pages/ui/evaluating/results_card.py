"""A figure of results in its card: title, what it shows, itself as a picture and as data; a click opens its trials."""

import streamlit as st

from core.figures.look import CONFIG, Figure
from pages.ui import kit
from pages.ui.evaluating import results_trials
from pages.ui.figure_head import head


def card(name: str, title: str, note: str, figure: Figure, data: str, *, said: str = "") -> None:
    """`data` is the figure as CSV, `said` what it shows for who cannot see it."""
    key = results_trials.chart_key(name)
    with st.container(border=True, gap=None, key=f"results_{name}_card"):
        kit.show("results", head(title, note, file_name(name), data), key=f"results.{name}.title")
        st.plotly_chart(
            figure,
            theme=None,
            key=key,
            config=dict(CONFIG),
            on_select=lambda: results_trials.take(name, key),
            selection_mode="points",
            alt=f"{title}, {note}. {said}".strip(),
        )


def table_card(name: str, title: str, note: str, *nodes: kit.Child, data: str = "") -> str | None:
    """The same for a table. → the action of what was clicked in it."""
    with st.container(border=True, gap=None, key=f"results_{name}_card"):
        return kit.show(
            "results", head(title, note, file_name(name), data, picture=False), *nodes, key=f"results.{name}"
        )


def file_name(name: str) -> str:
    """What a saved figure is called, without its ending."""
    return "-".join(("results", st.query_params.get("study", "")[:8], name)).strip("-")
