"""What Explore works out in seconds or minutes: how far it is, how long it still takes, and stopping it. The page is never kept waiting."""

import streamlit as st

from core.domain.diversity import Comparison, Diversity
from core.services.exploring import explored
from core.services.exploring.explored import Asked
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import duration

_LOOK_S = 0.5


def ask(project: Project, asked: Asked, what: str) -> Diversity | Comparison | None:
    """What was found, or None: then the page says how far it is, and is drawn again when it is done."""
    now = shell.studio().explored.ask(shell.actor(), project, asked)
    if now.is_going:
        _waiting(project, asked, what)
        return None
    if now.problem:
        kit.show("problem", kit.note("error", what, f": {now.problem}"), key="explore.work.problem")
        _again(project, asked, "Work it out again")
        return None
    found: Diversity | Comparison = now.found
    return found


def fresh(project: Project, asked: Asked, mark: int) -> None:
    """Say so if something has happened since this was worked out, with a way to the newest numbers."""
    if explored.mark(shell.actor(), project) == mark:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="explore_stale"):
        with st.container(width="stretch"):
            words = "Something has happened in the project since these numbers were worked out."
            kit.show("line", h("p", {"class": "lab"}, words), key="explore.work.stale")
        _again(project, asked, "Work them out again")


def _again(project: Project, asked: Asked, label: str) -> None:
    if st.button(label, key="explore.work.again"):
        shell.studio().explored.again(shell.actor(), project, asked)
        st.rerun()


@st.fragment(run_every=_LOOK_S)
def _waiting(project: Project, asked: Asked, what: str) -> None:
    now = shell.studio().explored.ask(shell.actor(), project, asked)
    if not now.is_going:
        st.rerun()
    share = now.done / now.total if now.total else 0.0
    left = "" if now.left_s is None else f"{duration(now.left_s)} left"
    said = " · ".join(part for part in (what, f"{100 * share:.0f} %", left) if part)
    with st.container(horizontal=True, vertical_alignment="center", key="explore_work"):
        with st.container(width="stretch"):
            kit.show("results", track(said, share), key="explore.work")
        if st.button("Stop", key="explore.work.stop"):
            shell.studio().explored.stop(shell.actor(), project, asked)


def track(said: str, share: float) -> kit.Element:
    """A line of words over a bar of what is done."""
    bar = h(
        "div",
        {"class": "track", "role": "progressbar", "aria-valuenow": round(100 * share), "aria-label": said},
        h("i", {"style": {"width": f"{100 * share:.0f}%"}}),
    )
    return h("div", {"class": "work"}, h("span", {"class": "lab"}, said), bar)
