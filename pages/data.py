"""Data: what is taken out of a project, and lineages taken in."""

import streamlit as st

from pages.ui import kit, shell
from pages.ui.exchanging import export_form, lineage_form
from pages.ui.kit import h

with shell.problems("data"):
    project = shell.project()
    with st.container(key="data_head"):
        st.title("Data", anchor=False)
    lead = "Take out what was accepted, any queue or everything; take in what was exported as a lineage."
    kit.show("lead", h("p", lead), key="data.lead")
    with shell.problems("data.imported"):
        lineage_form.report()
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        with st.container(border=True, key="data_export_card"), shell.problems("data.export"):
            kit.show("way", h("div", {"class": "h"}, "Export"), key="data.export.words")
            export_form.form(project)
        with st.container(border=True, key="data_import_card"), shell.problems("data.import"):
            lineage_form.form(project)
    with right, st.container(border=True, key="data_past_card"):
        export_form.past(project)
