"""Texts that have no embedding yet: what it takes to get it, how far that is, and stopping it."""

import streamlit as st

from core.domain.map import MapProgress
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring.work import track
from pages.ui.kit import h
from pages.ui.words import count, duration

_LOOK_S = 0.5


def going(project: Project) -> bool:
    """How far it is, or why it ended. True while it goes."""
    now = shell.studio().embeddings.progress(shell.actor(), project)
    if now is None:
        return False
    if now.is_going:
        _going(project)
    elif now.problem:
        kit.show("problem", kit.note("error", "Embedding ended", f": {now.problem}"), key="explore.embed.problem")
    return now.is_going


def offer(project: Project, words: str, *, is_primary: bool) -> None:
    """Why embeddings are needed and the button that gets them; while it goes, how far it is."""
    if going(project):
        return
    estimate = shell.studio().embeddings.estimate(shell.actor(), project, None)
    if not estimate.to_embed:
        return
    takes = f"{count(estimate.to_embed, 'text')} to embed on this machine, about {duration(estimate.seconds)}; it costs nothing."
    kit.show("empty", h("p", f"{words} {takes}"), key="explore.embed.words")
    if st.button("Embed the texts", type="primary" if is_primary else "secondary", key="explore.embed.begin"):
        shell.studio().embeddings.begin(shell.actor(), project, None)
        st.rerun()


@st.fragment(run_every=_LOOK_S)
def _going(project: Project) -> None:
    now = shell.studio().embeddings.progress(shell.actor(), project)
    if now is None or not now.is_going:
        st.rerun()
    else:
        _how_far(project, now)


def _how_far(project: Project, now: MapProgress) -> None:
    share = now.done / now.total if now.total else 0.0
    rate = now.done / now.seconds if now.seconds and now.done else 0.0
    parts = [now.phase.label, f"{now.done:,} of {now.total:,}" if now.total else ""]
    parts += [f"{rate:,.0f} a second, {duration((now.total - now.done) / rate)} left"] if rate else []
    with st.container(horizontal=True, vertical_alignment="center", key="explore_embedding"):
        with st.container(width="stretch"):
            kit.show("results", track(" · ".join(part for part in parts if part), share), key="explore.embed.work")
        if st.button("Stop", key="explore.embed.stop"):
            shell.studio().embeddings.stop(shell.actor(), project)
