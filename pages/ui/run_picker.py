"""Which of a project's runs: the same little list on every page that shows one."""

import streamlit as st

from core.domain.progress import RunSummary


def pick(runs: dict[str, RunSummary], run_id: str, *, key: str) -> None:
    """Draw the list with `run_id` chosen; another choice goes into the URL, and the page begins anew."""
    picked = st.selectbox(
        "Run",
        list(runs),
        index=list(runs).index(run_id),
        format_func=lambda one: f"Run {runs[one].number} · {runs[one].name}",
        key=key,
        label_visibility="collapsed",
        width=230,
    )
    if picked != run_id:
        for stale in ("seed", "node"):
            st.query_params.pop(stale, None)
        st.query_params["run"] = picked
        st.rerun()
