"""Data: what is taken out of a project, what comes into it, and Argilla, which is both."""

from collections.abc import Callable

import streamlit as st

from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import argilla, bring_in, take_out
from pages.ui.kit import h

OUT, IN, ARGILLA = "out", "in", "argilla"
PARTS: dict[str, tuple[str, Callable[[Project], None]]] = {
    OUT: ("Take out", take_out.show),
    IN: ("Bring in", bring_in.show),
    ARGILLA: ("Argilla", argilla.show),
}
LEADS = {
    OUT: "What was accepted, any queue or everything: as files that trainers read, or whole with all that is known.",
    IN: "What is added here is added whole or not at all, and what stands here is never changed by it.",
    ARGILLA: "Send a queue or a study to people who work in Argilla, and bring back what they said.",
}


def head() -> str:
    """The title and the choice of a part, which stands in the address."""
    asked = st.query_params.get("part", OUT)
    part = asked if asked in PARTS else OUT
    with st.container(horizontal=True, vertical_alignment="center", key="data_head"):
        st.title("Data", width="stretch", anchor=False)
        st.session_state["data.part"] = part
        st.segmented_control(
            "Part", list(PARTS), format_func=lambda one: PARTS[one][0], key="data.part", label_visibility="collapsed",
            required=True, on_change=look,
        )  # fmt: skip
    kit.show("lead", h("p", LEADS[part]), key="data.lead")
    return part


def look() -> None:
    """Another part: what the address says of the one before goes with it."""
    project = st.query_params.get("project", "")
    st.query_params.from_dict({"project": project, "part": st.session_state["data.part"]})


with shell.problems("data"):
    project = shell.project()
    PARTS[head()][1](project)
