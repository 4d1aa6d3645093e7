"""Reading: the path from a seed to one node as a column, for the eyes and for paper."""

import streamlit as st

from pages.ui import kit, shell
from pages.ui.growing import reading_view

with shell.problems("reading"):
    project = shell.project()
    runs = {run.id: run for run in shell.studio().runs.list(shell.actor(), project)}
    run_id = shell.chosen_run(list(runs))
    named = st.query_params.get("node")
    if run_id is None or not named:
        with st.container(key="reading_head"):
            st.title("Reading", anchor=False)
        kit.show(
            "empty", kit.h("p", "Choose a node of a tree: its path from the seed is read here."), key="reading.empty"
        )
        if st.button("Open the trees", type="primary", key="reading.trees"):
            st.switch_page("../trees.py", query_params={"project": project.slug})
    else:
        node = reading_view.node(project, run_id, named)
        shows = reading_view.head(project, run_id, node)
        kit.show("reading", *reading_view.column(node, runs[run_id], project, shows=shows), key="reading.column")
