"""Work of a minute or more that goes on whatever page one is on: how far it is, stopping it, and how it ended."""

from collections.abc import Callable

import streamlit as st

from core.domain.upkeep import UpkeepNow
from pages.ui import kit
from pages.ui.exploring.work import track
from pages.ui.kit import h
from pages.ui.words import duration

_LOOK_S = 0.5


def watched(key: str, now: Callable[[], UpkeepNow | None], stop: Callable[[], None]) -> bool:
    """Draw how far it is, and draw the page anew when it has ended. → whether something is going."""
    found = now()
    if found is None or not found.is_going:
        return False
    _going(key, now, stop)
    return True


def ended(key: str, now: UpkeepNow | None) -> None:
    """How the last one ended, in a line."""
    if now is None or now.is_going:
        return
    if now.problem:
        kit.show("problem", kit.note("error", "Not done", now.problem), key=f"{key}.ended")
    elif now.done:
        kit.show("problem", kit.note("saved", "Done", f"{now.done} {duration(now.seconds)}."), key=f"{key}.ended")


@st.fragment(run_every=_LOOK_S)
def _going(key: str, now: Callable[[], UpkeepNow | None], stop: Callable[[], None]) -> None:
    found = now()
    if found is None or not found.is_going:
        st.rerun()
    percent = f"{100 * found.share:.0f} %"
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_work"):
        with st.container(width="stretch"):
            left = f"{duration(found.left_s)} left" if found.left_s is not None else ""
            said = " · ".join(part for part in (found.said, percent, left) if part)
            kit.show("results", h("div", track(said, found.share)), key=f"{key}.going")
        st.button("Stop", key=f"{key}.stop", on_click=stop)
