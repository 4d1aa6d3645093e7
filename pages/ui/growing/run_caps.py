"""What a run may spend at most: asked for a new run, and changed for one that stands."""

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.run import Caps
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, money


def ask(start: Caps, key: str) -> Caps:
    """Three fields; an empty one is no cap. `key` begins the widgets' keys."""
    one, two, three = st.columns(3)
    calls = one.number_input("Cap on calls", 0, None, start.calls, key=f"{key}.calls", placeholder="no cap")
    tokens = two.number_input("Cap on tokens", 0, None, start.tokens, key=f"{key}.tokens", placeholder="no cap")
    usd = three.number_input("Cap on dollars", 0.0, None, start.usd, key=f"{key}.usd", placeholder="no cap")
    return Caps(calls=calls, tokens=tokens, usd=usd)


@st.dialog("What the run may spend")
def change(project: Project, run: RunSummary) -> None:
    """New caps for a run that stands; the run then goes on."""
    spent = shell.studio().runs.progress(shell.actor(), project, run.id).spending
    dollars = f", {money(spent.usd)}" if spent.usd is not None else ""
    kit.show(
        "stop",
        h("p", f"So far {count(spent.calls, 'call')}, {count(spent.tokens, 'token')}{dollars}. Empty is no cap."),
        key="runs.caps.words",
    )
    caps = ask(run.settings.caps, f"runs.caps.{run.id}")
    raise_it, leave = st.columns(2)
    if raise_it.button("Change and resume", type="primary", key="runs.caps.yes", width="stretch"):
        with shell.problems("runs.caps"):
            shell.studio().runs.change_caps(shell.actor(), project, run.id, caps)
            shell.studio().runs.resume(shell.actor(), project, run.id)
            st.rerun()
    if leave.button("Leave them", key="runs.caps.no", width="stretch"):
        st.rerun()
