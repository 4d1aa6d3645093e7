"""A study as its raters will see it, before anybody does."""

import streamlit as st

from core.domain.study_now import StudyNow
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import judge, study_frame
from pages.ui.kit import h


def is_asked() -> bool:
    return "preview" in st.query_params


def page(project: Project, study: StudyNow) -> None:
    desk = shell.studio().judge_desk
    with st.container(horizontal=True, vertical_alignment="center", key="studies_preview_head"):
        st.title("Study", width="content", anchor=False)
        with st.container(width="stretch"):
            words = h("span", {"class": "lab"}, "as a rater sees it; nothing that is said here is kept")
            kit.show("study_name", h("span", {"class": "one"}, "Preview"), words, key="studies.preview.of")
        st.button(
            "Back to the study",
            on_click=study_frame.to_step,
            args=(study.id, study_frame.OPEN),
            key="studies.preview.back",
        )
    trial = desk.preview(shell.actor(), project, study.id)
    about = desk.about(shell.actor(), project, study.id)
    judge.preview(about, [trial], key="studies.preview.judge")
