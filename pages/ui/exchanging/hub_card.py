"""Pushing what an export would write to a hub of datasets: under which name, how far it is, how it ended."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.domain.export import Order
from core.services.exchanging import exports, hubs
from core.services.exchanging.exports import Written
from core.services.exchanging.hubs import PushNow
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import bytes_in_words, count, duration

_CLOSED = "data.push.closed"  # which report was put away


def offer(project: Project, order: Order) -> None:
    """The same folder on a hub: one commit there, or nothing."""
    with st.expander("Push it to a hub", key="data.push"), shell.problems("data.push"):
        now = shell.studio().pushes.progress(shell.actor(), project)
        if now is not None and now.is_going:
            kit.show("hint", h("p", f"{now.repo} is being pushed: see above."), key="data.push.busy")
        elif hubs.has_token(shell.actor()):
            _form(project, order)
        else:
            words = "Set HF_TOKEN in the environment of the studio, to a token that may write, and start it again. It is never stored."
            kit.show("hint", kit.note("waiting", "No token", words), key="data.push.token")


def standing(project: Project) -> None:
    """How far the last push is, or how it ended, until that is put away; whatever is chosen to be taken out meanwhile."""
    now = shell.studio().pushes.progress(shell.actor(), project)
    if now is None or st.session_state.get(_CLOSED) == (project.slug, now.began):
        return
    if now.is_going:
        _going(project)
        return
    kit.show("report", _ended(now), key="data.push.ended")
    st.button("Close the report", key="data.push.close", on_click=_close, args=(project.slug, now.began))


def _close(slug: str, began: float) -> None:
    st.session_state[_CLOSED] = (slug, began)


def _form(project: Project, order: Order) -> None:
    with st.form("data.push.form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Its name there", placeholder="owner/name", key="data.push.name")
            asked = st.form_submit_button("Push", key="data.push.go")
        private = st.checkbox("Private, if it is new", value=True, key="data.push.private")
        replace = st.checkbox("It is the next version of what stands there", key="data.push.replace")
    if asked:
        actor = shell.actor()

        def make(folder: Path, tell: Callable[[int, int], None]) -> Written:
            return exports.write(actor, project, order, folder, tell=tell)

        shell.studio().pushes.begin(actor, project, make, name, private=private, replace_it=replace)
        st.rerun()


@st.fragment(run_every=1)
def _going(project: Project) -> None:
    """How far it is; it goes on while other pages are looked at."""
    with shell.problems("data.push.going"):
        now = shell.studio().pushes.progress(shell.actor(), project)
        if now is None or not now.is_going:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(now.share or 0.0, f"{now.repo}: {now.said} {_left(now)}", width="stretch")
            if st.button("Stop", key="data.push.stop"):
                shell.studio().pushes.stop(shell.actor(), project)


def _left(now: PushNow) -> str:
    if not now.share:
        return f"{duration(now.seconds)} so far"
    return f"{duration(now.seconds)} so far, about {duration(now.seconds / now.share - now.seconds)} left"


def _ended(now: PushNow) -> kit.Element:
    if now.pushed is None:
        return kit.note("error", "Not pushed", f"{now.repo}: {now.reason}")
    gone = f", {now.pushed.removed:,} older ones gone" if now.pushed.removed else ""
    size = bytes_in_words(now.pushed.n_bytes)
    return kit.note(
        "saved",
        "Pushed",
        f"{count(now.pushed.files, 'file')}, {size}{gone}: ",
        h("code", now.pushed.url),
        f" in {duration(now.seconds)}",
    )
