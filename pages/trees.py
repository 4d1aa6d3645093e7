"""Trees: every seed of a run and what grew from it."""

import streamlit as st

from pages.ui import kit, shell
from pages.ui.growing import run_picker

SHOW = {"all": "All", "survivors": "Survivors", "eliminated": "Eliminated"}
_AT_REST_S = 15.0  # between two looks for news of a run at rest: another tab may evolve a node, or resume the run


def show_other_run() -> None:
    """The same seed in another run: the tree itself keeps the seed."""
    st.query_params["run"] = kit.tree_run()
    st.query_params.pop("node", None)


with shell.problems("trees"):
    project = shell.project()
    runs = {run.id: run for run in shell.studio().runs.list(shell.actor(), project)}
    run_id = shell.chosen_run(list(runs))
    with st.container(horizontal=True, vertical_alignment="center", key="trees_head"):
        st.title("Trees", width="stretch", anchor=False)
        if run_id is not None:
            run_picker.pick(runs, run_id, key="trees.run")
            shown = st.query_params.get("show", "all")
            chosen = st.segmented_control(
                "Show",
                list(SHOW),
                default=shown if shown in SHOW else "all",
                format_func=SHOW.__getitem__,
                key="trees.show",
                label_visibility="collapsed",
                required=True,
            )
    if run_id is None:
        kit.show("empty", kit.h("p", "No trees yet. A run grows them from your seeds."), key="trees.empty")
        if st.button("New run", type="primary", key="trees.new"):
            st.switch_page("../runs.py", query_params={"new": "1"})
    else:
        live = shell.studio().live.is_live(run_id)
        kit.tree(
            project=project.slug,
            run=run_id,
            show=chosen or "all",
            seed=st.query_params.get("seed"),
            node=st.query_params.get("node"),
            poll_s=1.5 if live else _AT_REST_S,
            on_run=show_other_run,
        )
