"""Drawing a map: what it is, what it takes, how far it is, and stopping it."""

import streamlit as st

from core.domain.explore import Scope
from core.domain.map import FREE, ON_CLUSTER, PACKAGED, MapEstimate, MapProgress
from core.domain.run import Caps
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring.work import track
from pages.ui.growing import run_caps
from pages.ui.kit import h
from pages.ui.words import count, duration, embedder_words, money

_LOOK_S = 0.5
_LONGEST_NAME = 80
_WHAT = (
    "A map puts every instruction beside those that say alike: you see what the dataset is about, what evolution adds to the seeds,"
    " and where nothing is. Reference sets are drawn beside it."
)


def offer(project: Project, scope: Scope) -> None:
    """Where there is no map yet."""
    kit.show("empty", h("p", _WHAT), key="explore.map.what")
    _form(project, scope, "explore.map.first")


@st.dialog("Draw another map", width="medium")
def dialog(project: Project, scope: Scope) -> None:
    with shell.problems("explore.map.another"):
        kit.show(
            "line", h("p", "Of ", h("b", scope.title), ". Maps that were drawn stay as they are."), key="explore.map.of"
        )
        _form(project, scope, "explore.map.another")


def _form(project: Project, scope: Scope, key: str) -> None:
    studio, actor = shell.studio(), shell.actor()
    takes = st.empty()
    with st.expander("Clusters, layout and who embeds"):
        one, two, three = st.columns(3)
        clusters = one.number_input("Clusters", 2, 100, 20, key=f"{key}.clusters")
        perplexity = two.number_input(
            "Perplexity",
            2.0,
            200.0,
            30.0,
            key=f"{key}.perplexity",
            help="About how many neighbours each text keeps close.",
        )
        rng_seed = three.number_input(
            "Seed", 0, 2**31 - 1, 7, key=f"{key}.seed", help="The same texts and seed give the same map."
        )
        embedder = st.selectbox(
            "Who embeds the texts", studio.embeddings.names(actor), format_func=embedder_words, key=f"{key}.embedder"
        )
        caps = Caps() if embedder in FREE else run_caps.ask(Caps(), f"{key}.caps")
    estimate = studio.maps.estimate(actor, project, scope.wanted, embedder=embedder)
    with takes:
        kit.show("line", h("p", {"class": "lab"}, _takes(estimate, embedder)), key=f"{key}.takes")
    if st.button("Draw the map", type="primary", key=f"{key}.draw"):
        studio.maps.begin(
            actor, project, scope.wanted, name=scope.title[:_LONGEST_NAME], clusters=int(clusters), perplexity=float(perplexity),
            rng_seed=int(rng_seed), embedder=embedder, caps=caps,
        )  # fmt: skip
        st.rerun()


def _takes(said: MapEstimate, embedder: str) -> str:
    texts = f"{count(said.texts, 'text')}, {said.to_embed:,} not embedded yet: about {duration(said.seconds)}"
    if embedder == ON_CLUSTER:
        return f"{texts} here, less on the cluster's machines. It costs nothing."
    if embedder == PACKAGED:
        return f"{texts} on this machine. Nothing leaves it, and it costs nothing."
    return f"{texts}, {count(said.calls, 'call')}, about {count(said.tokens, 'token')}, {money(said.usd)}."


def going(project: Project) -> bool:
    """How far a drawing is, or why it ended without a map. True while one goes."""
    now = shell.studio().maps.progress(shell.actor(), project)
    if now is None:
        return False
    if now.is_going:
        _going(project)
    elif now.problem:
        kit.show("problem", kit.note("error", "The map was not drawn", f": {now.problem}"), key="explore.map.problem")
    return now.is_going


@st.fragment(run_every=_LOOK_S)
def _going(project: Project) -> None:
    now = shell.studio().maps.progress(shell.actor(), project)
    if now is None or not now.is_going:
        if now is not None and now.map_id:
            st.query_params["map"] = now.map_id
        st.rerun()
    else:
        _how_far(project, now)


def _how_far(project: Project, now: MapProgress) -> None:
    share = now.done / now.total if now.total else 0.0
    parts = [now.phase.label, f"{now.done:,} of {now.total:,}" if now.total else ""]
    parts += [f"{now.per_s:,.0f} a second"] if now.per_s else []
    parts += [f"{duration(now.left_s)} left of this step"] if now.left_s is not None else []
    parts += [money(now.usd)] if now.usd else []
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="explore_map_drawing_card"):
        with st.container(width="stretch"):
            kit.show("results", track(" · ".join(part for part in parts if part), share), key="explore.map.drawing")
        if st.button("Stop", key="explore.map.stop"):
            shell.studio().maps.stop(shell.actor(), project)
