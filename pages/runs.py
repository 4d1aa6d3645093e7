"""Runs: set one up, watch it grow, pause it, resume it."""

import streamlit as st

from pages.ui import kit, run_form, run_view, shell

with shell.problems("runs"):
    project = shell.project()
    runs = {run.id: run for run in shell.studio().runs.list(shell.actor(), project)}
    run_id = shell.chosen_run(list(runs))
    if "new" in st.query_params:
        run_form.form(project)
    elif run_id is None:
        with st.container(key="runs_head"):
            st.title("Runs", anchor=False)
        kit.show("empty", kit.h("p", "No runs yet. A run grows your seeds for a few epochs."), key="runs.empty")
        if st.button("New run", type="primary", key="runs.new"):
            st.query_params["new"] = "1"
            st.rerun()
    else:
        run_view.head(project, runs, run_id)
        run_view.body(project, run_id)
