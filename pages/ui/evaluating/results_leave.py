"""Leaving one trial out once results are open: the reason is kept, and that it was given after unblinding."""

import streamlit as st

from core.services.evaluating import studies
from core.services.evaluating.results import Opened
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h

_CHOSEN = "results.leaving"
_ABOUT = "Results of this study are open: they and the report will say that this was decided after unblinding."


def choose(trial: str | None) -> None:
    """Which trial is meant."""
    if trial:
        st.session_state[_CHOSEN] = trial


def forget() -> None:
    st.session_state.pop(_CHOSEN, None)


def form(project: Project, opened: Opened) -> None:
    """Its reason, if one is chosen."""
    trial = st.session_state.get(_CHOSEN)
    if not trial:
        return
    kit.show("hint", h("p", {"class": "lab"}, _ABOUT), key="results.leave.about")
    reason = st.text_input(f"Why trial {trial[:8]} is left out", key="results.leave.reason", max_chars=300)
    with shell.problems("results.leave"):
        if st.button("Leave it out", key="results.leave.go"):
            studies.exclude(shell.actor(), project, opened.study.id, trial, reason)
            forget()
            st.rerun()
