"""Bring in: what comes into a project, and what became of it."""

import streamlit as st

from core.services.projects import Project
from pages.ui import shell
from pages.ui.exchanging import lineage_form


def show(project: Project) -> None:
    with shell.problems("data.imported"):
        lineage_form.report()
    with st.container(border=True, key="data_import_card"), shell.problems("data.import"):
        lineage_form.form(project)
