"""Take out: what, in which form, and what was taken out before."""

import streamlit as st

from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import export_form, export_past, hub_card, whole_card
from pages.ui.kit import h


def show(project: Project) -> None:
    with shell.problems("data.pushed"):
        hub_card.standing(project)
    left, right = st.columns([1.5, 1], gap="medium")
    with left, st.container(border=True, key="data_export_card"), shell.problems("data.export"):
        kit.show("way", h("div", {"class": "h"}, "Export"), key="data.export.words")
        export_form.form(project)
    with right:
        with st.container(border=True, key="data_past_card"):
            export_past.past(project)
        with st.container(border=True, key="data_whole_card"):
            whole_card.card(project)
