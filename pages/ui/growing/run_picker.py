"""Which of a project's runs: the same little list on every page that shows one."""

import streamlit as st

from core.domain.progress import RunSummary


def pick(runs: dict[str, RunSummary], run_id: str, *, key: str) -> None:
    """Draw the list with the URL's run chosen; another choice goes into the URL, which leads."""
    st.session_state[key] = run_id
    st.selectbox(
        "Run",
        list(runs),
        format_func=lambda one: f"Run {runs[one].number} · {runs[one].name}",
        key=key,
        on_change=_into_the_url,
        args=(key,),
        label_visibility="collapsed",
        width=230,
    )


def _into_the_url(key: str) -> None:
    for stale in ("seed", "node"):
        st.query_params.pop(stale, None)
    st.query_params["run"] = st.session_state[key]
