"""Who is left out of the results, and why; said, if it can be, before anybody has seen them."""

from collections.abc import Mapping

import streamlit as st

from core.domain.study_now import Exclusion, StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h

_ABOUT = "Somebody who misread the task, or failed the attention checks. Say it before results are seen: the reason stands in the report."

_LATE = (
    "Results are open: whoever leaves somebody out now may know what that changes. Results and report say that it was decided after"
    " unblinding, and why."
)


def card(project: Project, study: StudyNow, raters: Mapping[str, str]) -> None:
    """`raters`: the names of who takes part, by id."""
    out = {one.subject: one for one in studies.exclusions(shell.actor(), project, study.id)}
    words = _LATE if studies.may_see_results(shell.actor(), project, study.id) else _ABOUT
    kit.show(
        "hint",
        h("div", {"class": "h"}, "Left out of the results"),
        h("p", {"class": "lab"}, words),
        key="studies.excluded.about",
    )
    for one in out.values():
        _row(project, study, one, raters.get(one.subject, f"trial {one.subject[:8]}"))
    if not out:
        kit.show("hint", h("p", {"class": "dim"}, "Nobody is left out."), key="studies.excluded.none")
    left = [id_ for id_ in raters if id_ not in out]
    if left and st.button("Leave somebody out…", key="studies.exclude"):
        ask(project, study, {id_: raters[id_] for id_ in left})


def _row(project: Project, study: StudyNow, one: Exclusion, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            when = f"{one.received_at.astimezone():%d %b %H:%M}"
            late = " · after unblinding" if one.after_look else ""
            line = h("div", h("b", name), h("span", {"class": "dim"}, f" · {when}{late} · {one.reason}"))
            kit.show("line", line, key=f"studies.excluded.{one.subject}")
        if st.button("Take back in", key=f"studies.include.{one.subject}"):
            _back(project, study, one, name)


@st.dialog("Leave somebody out")
def ask(project: Project, study: StudyNow, raters: Mapping[str, str]) -> None:
    """Whom, and why; `raters` are those who count now."""
    with shell.problems("studies.exclude"):
        who = st.selectbox(
            "Who", list(raters), format_func=lambda id_: raters[id_], index=None, placeholder="Choose somebody",
            key="studies.exclude.who",
        )  # fmt: skip
        reason = st.text_input(
            "Why", key="studies.exclude.reason", max_chars=300, placeholder="Ranked 1 = worst all along"
        )
        about = "What they said is kept, and counts in no result. You can take them back in."
        late = f" {_LATE}" if studies.may_see_results(shell.actor(), project, study.id) else ""
        kit.show("hint", h("p", {"class": "lab"}, about + late), key="studies.exclude.about")
        if st.button("Leave them out", type="primary", key="studies.exclude.go", disabled=who is None) and who:
            studies.exclude(shell.actor(), project, study.id, who, reason)
            st.rerun()


@st.dialog("Take back in")
def _back(project: Project, study: StudyNow, one: Exclusion, name: str) -> None:
    with shell.problems("studies.include"):
        kit.show("stop", h("p", f"What {name} said counts again."), key="studies.include.words")
        reason = st.text_input("Why", key="studies.include.reason", max_chars=300)
        if st.button("Take them back in", type="primary", key="studies.include.go"):
            studies.include(shell.actor(), project, study.id, one.subject, reason)
            st.rerun()
