"""What takes seconds: how far it is, how long it still takes, and stopping it. The page is never kept waiting."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from core.services.evaluating.result_jobs import Progress
from core.services.evaluating.results import Opened
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import duration

T = TypeVar("T")
_LOOK_S = 0.5


def ask(opened: Opened, key: Hashable, work: Callable[[Progress], T], what: str) -> T | None:
    """What was found, or None: then the page says how far it is, and is drawn again when it is done."""
    now = opened.jobs.ask(key, work)
    if now.is_going:
        _waiting(opened, key, work, what)
        return None
    if now.problem:
        kit.show("problem", kit.note("error", what, f": {now.problem}"), key="results.work.problem")
        if st.button("Work it out again", key="results.work.again"):
            opened.jobs.again(key)
            st.rerun()
        return None
    return now.found  # type: ignore[no-any-return]


@st.fragment(run_every=_LOOK_S)
def _waiting(opened: Opened, key: Hashable, work: Callable[[Progress], object], what: str) -> None:
    now = opened.jobs.ask(key, work)
    if not now.is_going:
        st.rerun()
    share = now.done / now.total if now.total else 0.0
    left = "" if now.left_s is None else f"{duration(now.left_s)} left"
    rate = f"{now.done / now.seconds:,.0f} a second" if now.done and now.seconds else ""
    said = " · ".join(
        part for part in (what, f"{now.done:,} of {now.total:,}" if now.total else "", rate, left) if part
    )
    with st.container(horizontal=True, vertical_alignment="center", key="results_work"):
        with st.container(width="stretch"):
            bar = h(
                "div",
                {"class": "track", "role": "progressbar", "aria-valuenow": round(100 * share)},
                h("i", {"style": {"width": f"{100 * share:.0f}%"}}),
            )
            kit.show("results", h("div", {"class": "work"}, h("span", {"class": "lab"}, said), bar), key="results.work")
        if st.button("Stop", key="results.work.stop"):
            opened.jobs.stop(key)
