"""Home's first line: what waits to be reviewed, where one left off."""

import streamlit as st

from core.services.projects import DEMO, FIRST
from core.services.reviewing import queues
from pages.ui import kit, shell
from pages.ui.kit import h


def waiting() -> None:
    """The queue in which one decided last, if something waits in it; nothing where nothing waits."""
    wanted = shell.wanted_project()
    slug = FIRST if wanted == DEMO else wanted
    if not shell.studio().projects.exists(slug):
        return
    found = queues.left_off(shell.actor(), shell.open_project(slug, shell.actor()))
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="home_waiting"):
        words = h("p", h("b", f"{found.waiting:,} waiting"), " in ", h("i", found.queue.name))
        kit.show("line", words, key="home.waiting")
        if st.button("Continue", key="home.review"):
            shell.choose_project(slug)
            st.switch_page("../review.py", query_params={"project": slug, "queue": found.queue.id, "view": "deck"})
