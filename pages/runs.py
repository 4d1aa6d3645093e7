"""Runs: set one up, watch it grow, pause it, resume it, see what it amounts to."""

import streamlit as st

from pages.ui import kit, shell
from pages.ui.growing import run_form, run_view

with shell.problems("runs"):
    project = shell.project()
    runs = {run.id: run for run in shell.studio().runs.list(shell.actor(), project)}
    run_id = shell.chosen_run(list(runs))
    if "new" in st.query_params or "like" in st.query_params:
        run_form.form(project, runs.get(st.query_params.get("like", "")))
    elif run_id is None:
        with st.container(key="runs_head"):
            st.title("Runs", anchor=False)
        kit.show("empty", kit.h("p", "No runs yet. A run grows your seeds for a few epochs."), key="runs.empty")
        if st.button("New run", type="primary", key="runs.new"):
            st.query_params["new"] = "1"
            st.rerun()
    else:
        run_view.head(project, runs, run_id)
        if st.query_params.get("view") == "overview":
            from pages.ui.growing import run_overview

            run_overview.body(project, runs, run_id)
        else:
            run_view.body(project, run_id)
