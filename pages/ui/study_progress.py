"""How far a study is. No word of what was said in it."""

import streamlit as st

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.services import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count


def card(project: Project, study: StudyNow) -> None:
    with st.container(border=True, key="studies_progress_card"):
        kit.show("progress", left_in_words(project, study), key="studies.progress")


def left_in_words(project: Project, study: StudyNow) -> kit.Element:
    (line,) = (one for one in studies.lines(shell.actor(), project) if one.study.id == study.id)
    judged = line.judged_in_pilot if study.state is StudyState.PILOT else line.judged
    return h("p", f"{count(judged, 'trial')} judged so far.")
