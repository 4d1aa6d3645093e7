"""The map in the browser (components/map): points by place and colour, picked out by hand."""

import streamlit as st

from pages.ui import component, kit

WAYS = ("operation", "status", "human", "epoch", "source", "cluster")


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
    said = component.draw("map", data, key=key, go=None).get("go")
    return dict(said) if said else None
