"""What became of the prompts that came into a study last."""

import streamlit as st

from core.domain.study_import import PromptReport
from pages.ui import kit
from pages.ui.evaluating import study_look
from pages.ui.words import count

_REPORT = "studies.prompts.report"


def keep(report: PromptReport) -> None:
    """To be shown on the page until it is closed."""
    st.session_state[_REPORT] = report
    st.query_params.pop("more", None)


def say() -> None:
    """Counts, and the refused rows."""
    said: PromptReport | None = st.session_state.get(_REPORT)
    if said is None:
        return
    words = f"{said.name}: {count(said.taken, 'prompt')} taken"
    for n, word in ((said.merged, "there already"), (said.refused.count, "refused")):
        words += f", {n:,} {word}" if n else ""
    words += f". {said.short_by:,} fewer than asked for: there are no more." if said.short_by else "."
    is_short = bool(said.refused.count or said.short_by)
    with st.container(horizontal=True, vertical_alignment="center", key="studies_report"):
        with st.container(width="stretch"):
            note = kit.note("error" if is_short else "saved", "Look" if is_short else "Taken", words)
            kit.show("report", note, key="studies.report")
        st.button("Close the report", key="studies.report.close", on_click=st.session_state.pop, args=(_REPORT, None))
    study_look.refused(said.refused, "studies.prompts")
