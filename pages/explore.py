"""Explore: what the dataset is, in five views of one scope. Every number opens the instructions behind it."""

from collections.abc import Callable

import streamlit as st

from core.domain.explore import Scope
from core.services.exploring import scopes
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring import behind, compare, coverage, diversity, survival
from pages.ui.exploring import map as map_view
from pages.ui.kit import h

SURVIVAL = "survival"
VIEWS: dict[str, tuple[str, Callable[[Project, Scope], None]]] = {
    SURVIVAL: ("Survival", survival.show),
    "map": ("Map", map_view.show),
    "diversity": ("Diversity", diversity.show),
    "coverage": ("Coverage", coverage.show),
    "compare": ("Compare", compare.show),
}
LEAD = "What was grown, what of it survived and was accepted, what it cost, and what is still missing."


def head(known: dict[str, Scope]) -> tuple[Scope, str]:
    """Title, scope and view; both stand in the address."""
    scope = known.get(st.query_params.get("scope", ""), known[""])
    asked = st.query_params.get("view", SURVIVAL)
    view = asked if asked in VIEWS else SURVIVAL
    st.session_state["explore.scope"], st.session_state["explore.view"] = scope.key, view
    with st.container(horizontal=True, vertical_alignment="center", key="explore_head"):
        st.title("Explore", width="stretch", anchor=False)
        st.segmented_control(
            "View", list(VIEWS), format_func=lambda one: VIEWS[one][0], key="explore.view",
            label_visibility="collapsed", required=True, on_change=_look, args=("view", SURVIVAL),
        )  # fmt: skip
        st.selectbox(
            "Scope", list(known), format_func=lambda one: known[one].title, key="explore.scope",
            label_visibility="collapsed", width=230, on_change=_look, args=("scope", ""),
        )  # fmt: skip
    kit.show("lead", h("p", LEAD), key="explore.lead")
    return scope, view


def _look(name: str, usual: str) -> None:
    behind.forget()
    chosen = st.session_state[f"explore.{name}"]
    if chosen == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen


def nothing(project: Project) -> None:
    words = "Nothing has been grown here yet. Explore shows what a run makes of your seeds."
    kit.show("empty", h("p", words), key="explore.empty")
    if st.button("Go to Runs", type="primary", key="explore.runs"):
        st.switch_page("../runs.py", query_params={"project": project.slug})


with shell.problems("explore"):
    project = shell.project()
    scope, view = head(scopes.every(shell.actor(), project))
    if scopes.has_evolutions(shell.actor(), project):
        with shell.problems(f"explore.{view}"):
            VIEWS[view][1](project, scope)
        behind.if_asked(project)
    else:
        nothing(project)
