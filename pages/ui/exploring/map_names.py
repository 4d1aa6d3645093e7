"""Names of a map's clusters: by a person, or by a model for those that have none."""

from collections.abc import Sequence

import streamlit as st

from core.domain.calling import CallProgress
from core.domain.map import ClusterNow
from core.domain.run import Caps
from core.domain.system import EMBEDDED
from core.services.exploring import maps
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import run_caps
from pages.ui.kit import h
from pages.ui.words import count, duration, money

_VERSION = "explore.map.version"
_LONGEST = 80


def version() -> str:
    """Another one whenever this person's map has other names."""
    return str(st.session_state.get(_VERSION, 0))


def _changed() -> None:
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


@st.dialog("Names of clusters", width="large", on_dismiss="rerun")
def dialog(project: Project, map_id: str) -> None:
    with shell.problems("explore.map.naming"):
        clusters = sorted(maps.clusters(shell.actor(), project, map_id), key=lambda one: one.cluster)
        kit.show("results", _table(clusters), key="explore.map.names.table", height=330)
        _by_hand(project, map_id, clusters)
        if any(not one.name for one in clusters):
            _by_model(project, map_id)


def _table(clusters: Sequence[ClusterNow]) -> kit.Element:
    rows = (
        h("tr", h("th", {"scope": "row", "class": "nm"}, str(one.cluster + 1)), h("td", one.name or "–"),
          h("td", {"class": "lab"}, ", ".join(one.words)), h("td", {"class": "r num"}, f"{one.n:,}"))
        for one in clusters
    )  # fmt: skip
    words = ("No.", "Name", "Words", "Texts")
    heads = (h("th", {"scope": "col", "class": "r" if word == "Texts" else ""}, word) for word in words)
    return h("table", h("thead", h("tr", *heads)), h("tbody", *rows))


def _by_hand(project: Project, map_id: str, clusters: Sequence[ClusterNow]) -> None:
    with st.form("explore.map.rename", border=False, clear_on_submit=True):
        one, two, three = st.columns([1, 4, 1.4], vertical_alignment="bottom")
        number = one.selectbox("Cluster", [each.cluster + 1 for each in clusters], key="explore.map.rename.number")
        name = two.text_input(
            "Its name",
            max_chars=_LONGEST,
            placeholder="empty: its words stand for it again",
            key="explore.map.rename.name",
        )
        if three.form_submit_button("Keep the name", width="stretch") and number:
            maps.rename(shell.actor(), project, map_id, number - 1, name)
            _changed()
            st.rerun(scope="fragment")


def _by_model(project: Project, map_id: str) -> None:
    studio, actor = shell.studio(), shell.actor()
    names = [endpoint.name for endpoint in studio.endpoints.list(actor)]
    with st.expander("Let a model name those without a name", key="explore.map.model"):
        endpoint = st.selectbox(
            "Endpoint", names, format_func=lambda one: "The embedded model" if one == EMBEDDED else one, key="explore.map.model.endpoint"
        )  # fmt: skip
        caps = run_caps.ask(Caps(), "explore.map.model.caps")
        said = studio.cluster_names.estimate(actor, project, map_id, endpoint)
        price = "nothing" if endpoint == EMBEDDED else money(said.usd)
        words = (
            f"One call a cluster, about its words and typical texts: {count(said.calls, 'call')}, about {said.tokens:,} tokens,"
            f" {price}, {duration(said.duration_s or 0)}."
        )
        kit.show("line", h("p", {"class": "lab"}, words), key="explore.map.model.takes")
        if st.button("Name them", type="primary", key="explore.map.model.begin"):
            studio.cluster_names.start(actor, project, map_id, endpoint, caps=caps)
            st.rerun()


def going(project: Project) -> None:
    """How far a model is with naming, or what came of it."""
    now = shell.studio().cluster_names.progress(shell.actor(), project)
    if now is not None and now.is_going:
        _going(project)
    elif now is not None:
        kit.show("line", h("p", {"class": "lab"}, f"{_counts(now)} {now.reason}".strip()), key="explore.map.named")


@st.fragment(run_every=1.0)
def _going(project: Project) -> None:
    now = shell.studio().cluster_names.progress(shell.actor(), project)
    if now is None or not now.is_going:
        _changed()
        st.rerun()
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    words = f"Naming clusters: {now.done:,} of {now.total:,}{left}. {_counts(now)}"
    with st.container(horizontal=True, vertical_alignment="center", key="explore_map_naming"):
        kit.show("line", h("p", {"class": "lab"}, words), key="explore.map.naming")
        st.button(
            "Stop", key="explore.map.naming.stop", on_click=shell.studio().cluster_names.stop, args=(shell.actor(), project)
        )  # fmt: skip


def _counts(now: CallProgress) -> str:
    cost = f", {money(now.usd)}" if now.usd is not None else ""
    return f"{now.kept:,} named, {now.unclear:,} unclear, {now.failed:,} failed{cost}."
