"""Prompt packs: what there is, one pack with its prompts and versions, and two packs compared. Reached from Settings."""

import streamlit as st

from pages.ui import shell
from pages.ui.growing import pack_compare, pack_comparison_view, pack_editor, pack_list

with shell.problems("packs"):
    project = shell.project()
    asked = st.query_params
    if "first" in asked and "second" in asked:
        pack_comparison_view.page(project, asked["first"], asked["second"])
    elif "compare" in asked:
        pack_compare.page(project)
    elif "pack" in asked:
        pack_editor.page(project, asked["pack"])
    else:
        pack_list.page(project)
