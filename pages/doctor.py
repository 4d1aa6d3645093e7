"""Health: the doctor looks at what the studio stands on, and says what to do."""

import streamlit as st

from core.domain.upkeep import Look
from pages.ui import kit, shell
from pages.ui.keeping import health, work


def look() -> None:
    closely = Look.EVERY_ROW if st.session_state.get("doctor.every_row") else Look.QUICK
    ask = bool(st.session_state.get("doctor.endpoints"))
    shell.studio().doctor.begin(shell.actor(), closely, ask_endpoints=ask)


with shell.problems("doctor"):
    doctor = shell.studio().doctor
    found, now = doctor.health(shell.actor()), doctor.progress(shell.actor())
    is_going = now is not None and now.is_going
    with st.container(horizontal=True, vertical_alignment="center", key="doctor_head"):
        st.title("Health", width="stretch", anchor=False)
        label = "Look again" if found else "Look"
        st.button(label, type="primary", key="doctor.look", on_click=look, disabled=is_going)
    lead = "The doctor looks at versions, memory, the disk, every project's file, backups, endpoints, and what killed processes have left."
    kit.show("lead", kit.h("p", lead), key="doctor.lead")
    with st.container(horizontal=True, key="doctor_how"):
        st.toggle("Read every row of every table", key="doctor.every_row")
        st.toggle("Ask each endpoint whether it answers (costs nothing)", key="doctor.endpoints")
    if not work.watched("doctor", lambda: doctor.progress(shell.actor()), lambda: doctor.stop(shell.actor())):
        work.ended("doctor", now)
        if found:
            health.summary(found)
            health.areas(found)
        else:
            kit.show("empty", kit.h("p", "Nobody has looked since the studio was started."), key="doctor.empty")
    st.page_link("../settings.py", label="Back to Settings", icon=":material/arrow_back:")
