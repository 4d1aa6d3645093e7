"""An early look: results before the close. It is logged with its reason, and stands in the report."""

import streamlit as st

from core.domain.study import StudyEventKind
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h


def card(project: Project, study: StudyNow) -> None:
    looks = [one for one in studies.history(shell.actor(), project, study.id) if one.kind is StudyEventKind.EARLY_LOOK]
    about = (
        "Who sees results while others judge may stop when they please. So a look is logged, and the report names it."
    )
    names = {one.id: one.name for one in shell.studio().people.list(shell.actor())}
    past = [
        h(
            "li",
            {"class": "lab"},
            f"{one.received_at.astimezone():%d %b %H:%M}, {names.get(one.by, 'somebody')}: {one.reason}",
        )
        for one in looks
    ]
    kit.show(
        "hint", h("div", {"class": "h"}, "Results before the close"), h("p", {"class": "lab"}, about), h("ul", *past),
        key="studies.early.about",
    )  # fmt: skip
    if looks and st.button("See the results", key="studies.early.see"):
        _to_results(project, study)
    if not looks and st.button("Look early…", key="studies.early"):
        _confirm(project, study)


@st.dialog("Look at results before the close")
def _confirm(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.early"):
        words = "This is written down with your name, the time and your reason, and stands in the study's report. It cannot be undone."
        kit.show("stop", h("p", words), key="studies.early.words")
        reason = st.text_input(
            "Why now", key="studies.early.reason", max_chars=300, placeholder="To see whether a rater misread the task"
        )
        yes, no = st.columns(2)
        if yes.button("Write it down and look", type="primary", key="studies.early.yes", width="stretch"):
            studies.early_look(shell.actor(), project, study.id, reason)
            _to_results(project, study)
        if no.button("Wait for the close", key="studies.early.no", width="stretch"):
            st.rerun()


def _to_results(project: Project, study: StudyNow) -> None:
    st.switch_page("../results.py", query_params={"project": project.slug, "study": study.id})
