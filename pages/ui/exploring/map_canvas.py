"""The map in the browser (components/map): points by place and colour, picked out by hand."""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.ui import kit
from pages.ui.modules import loader

_ROOT = '<div class="es"></div>'
WAYS = ("operation", "status", "human", "epoch", "source", "cluster")


@cache
def _map() -> ComponentRenderer:
    return st.components.v2.component("studio_map", html=_ROOT, js=loader("map"))


def draw(*, project: str, map_id: str, name: str, version: str, key: str) -> dict[str, object] | None:
    """As high as what is left of the window. It asks pages/ui/exploring/map_routes.py for all that it shows.

    `version` is another one when the points are to be asked for again. Returns what a person wants of what they picked out
    just now: `act` (behind, list, queue, out, seeds) with `selection` or `cluster`, and `n`; else None.
    """
    colour = st.query_params.get("colour", WAYS[0])
    data = {
        "project": project,
        "map": map_id,
        "name": name,
        "version": version,
        "colour": colour if colour in WAYS else WAYS[0],
        "theme": st.context.theme.type,
        "words": {"operations": kit.OPERATION_LABELS, "marks": kit.MARK_WORDS},
    }
    said = _map()(data=data, key=key, on_go_change=_nothing).get("go")
    return dict(said) if said else None


def _nothing() -> None:
    """Streamlit offers a value of a component only when a callback is named for it."""
