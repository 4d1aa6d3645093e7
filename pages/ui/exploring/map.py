"""The view Map of the page Explore: what lies beside what, picked out by hand or by cluster."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.domain.explore import Scope
from core.domain.map import MapNow, of_clusters, of_selection
from core.services.exploring import maps
from core.services.exploring.map_drawing import MOST_DRAWN
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring import asked, behind, map_canvas, map_draw, map_names
from pages.ui.kit import h
from pages.ui.words import count

_SCOPE = "explore.map.scope"
_MAP = "map"  # in the address


def show(project: Project, scope: Scope) -> None:
    """The map of this scope, or how one is drawn."""
    drawn = maps.every(shell.actor(), project)
    chosen = _chosen(drawn, scope)
    is_drawing = map_draw.going(project)
    if chosen is None:
        if not is_drawing:
            map_draw.offer(project, scope)
        _earlier(drawn)
        return
    _head(project, scope, drawn, chosen, is_drawing)
    said = map_canvas.draw(
        project=project.slug, map_id=chosen.map.id, name=_file_name(chosen), version=map_names.version(), key="explore.map.canvas"
    )  # fmt: skip
    _about(chosen)
    if said:
        _act(project, chosen, said)


def _chosen(drawn: Sequence[MapNow], scope: Scope) -> MapNow | None:
    """The map that the address names, else the newest of this scope. Another scope does not keep the map of the last one."""
    if st.session_state.get(_SCOPE, scope.key) != scope.key:
        st.query_params.pop(_MAP, None)
    st.session_state[_SCOPE] = scope.key
    named = st.query_params.get(_MAP, "")
    of_scope = [one for one in drawn if one.wanted == scope.wanted]
    return next((one for one in drawn if one.map.id == named), next(iter(of_scope), None))


def _head(project: Project, scope: Scope, drawn: Sequence[MapNow], chosen: MapNow, is_drawing: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="explore_map_bar"):
        known = {one.map.id: _label(one) for one in drawn}
        asked.select("Map", _MAP, tuple(known), chosen.map.id, known.__getitem__, width=420)
        map_names.going(project)
        with st.container(horizontal=True, horizontal_alignment="right", width="stretch"):
            if st.button("Name clusters", key="explore.map.names"):
                map_names.dialog(project, chosen.map.id)
            if st.button("Draw another", key="explore.map.again", disabled=is_drawing):
                map_draw.dialog(project, scope)


def _label(one: MapNow) -> str:
    return f"{one.map.name} · {count(one.map.n, 'text')} · {one.map.made_at.astimezone():%d %b %H:%M}"


def _file_name(one: MapNow) -> str:
    return f"{one.map.made_at:%Y-%m-%d}-{one.map.id[:8]}"


def _earlier(drawn: Sequence[MapNow]) -> None:
    """What was drawn of other scopes."""
    if not drawn:
        return
    known = {"": "Or look at an earlier map"} | {one.map.id: _label(one) for one in drawn}
    asked.select("Earlier maps", _MAP, tuple(known), "", known.__getitem__, width=420)


def _about(one: MapNow) -> None:
    """How it came to be, for whoever quotes it."""
    drawn = one.map
    beside = (
        f", {drawn.drawn:,} of them laid out and the others placed beside those"
        if MOST_DRAWN <= drawn.drawn < drawn.n
        else ""
    )
    left_out = f" {count(drawn.left_out, 'instruction')} without an embedding left out." if drawn.left_out else ""
    words = (
        f"{count(drawn.n, 'instruction')} by t-SNE of {drawn.model} (perplexity {drawn.perplexity:g}, seed {drawn.rng_seed}){beside};"
        f" {drawn.clusters} clusters by k-means, called by the words that tell them from the others. Drawn by {one.by_name}.{left_out}"
        " Near means alike; how far apart two groups lie, and how large they look, means little."
    )
    kit.show("line", h("p", {"class": "lab"}, words), key="explore.map.about")


def _act(project: Project, chosen: MapNow, said: Mapping[str, object]) -> None:
    """What a person wants of what they picked out."""
    if isinstance(kept := said.get("selection"), str):
        wanted = of_selection(kept)
        title = maps.selection(shell.actor(), project, kept).name
    else:
        cluster = int(str(said.get("cluster", 0)))
        wanted, title = of_clusters(chosen.map.id, cluster), f"cluster {cluster + 1} of {chosen.map.name}"
    match said.get("act"):
        case "list" | "queue" | "out" as way:
            behind.go(project, wanted, way)
        case _:
            behind.open(project, wanted, title)
