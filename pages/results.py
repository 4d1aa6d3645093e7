"""Results: what a study found, once it is closed. Reached from Studies."""

import streamlit as st

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.evaluating.results import Opened
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import (
    results_agreement,
    results_asked,
    results_figures,
    results_people,
    results_report,
    results_strength,
    results_trials,
    results_words,
)
from pages.ui.kit import h

BODIES = {
    results_asked.VERDICTS: results_figures.body,
    results_asked.VOTES: results_figures.body,
    results_asked.STRENGTH: results_strength.body,
    results_asked.AGREEMENT: results_agreement.body,
    results_asked.PEOPLE: results_people.body,
}


def head(project: Project, study: StudyNow | None = None) -> None:
    """The study's name is whatever people call it: text, and no title that reads Markdown."""
    with st.container(horizontal=True, vertical_alignment="center", key="results_head"):
        st.title("Results", width="content", anchor=False)
        with st.container(width="stretch"):
            kit.show("study_name", *(_name(study) if study else ()), key="results.name")
        if st.button("Studies", key="results.back"):
            st.switch_page("../studies.py", query_params={"project": project.slug})
        if study and studies.may_see_results(shell.actor(), project, study.id):
            results_report.button(project.slug, study.id)


def _name(study: StudyNow) -> list[kit.Child]:
    version = f"version {study.version}" if study.version > 1 else ""
    return [h("span", {"class": "one", "title": study.name}, study.name), h("span", {"class": "lab"}, version)]


def choose(project: Project) -> None:
    """Which study, if the address names none."""
    head(project)
    closed = [one.study for one in studies.lines(shell.actor(), project) if one.study.state is StudyState.CLOSED]
    if not closed:
        kit.show("empty", h("p", "No study is closed yet. Results open when a study closes."), key="results.empty")
        return
    for study in closed:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"results_{study.id}_card"):
            with st.container(width="stretch"):
                kit.show("study_name", *_name(study), key=f"results.{study.id}.name")
            if st.button("Results", key=f"results.open.{study.id}"):
                st.query_params["study"] = study.id
                st.rerun()


def one(project: Project, opened: Opened) -> None:
    if not opened.judges or len(opened.contestants) < 2:
        words = "Nobody has judged anything in this study. What people say is counted here once they have."
        kit.show("empty", h("p", words), key="results.nothing")
        return
    asked = results_asked.read(opened)
    kit.show("results", h("p", {"class": "lab sent"}, results_words.sentence(opened, asked)), key="results.sentence")
    results_asked.controls(opened, asked)
    BODIES[asked.shown](opened, asked)
    results_trials.if_asked(project, opened, asked)


with shell.problems("results"):
    project = shell.project()
    if "study" not in st.query_params:
        choose(project)
    else:
        study = studies.one(shell.actor(), project, st.query_params["study"])
        head(project, study)
        one(project, shell.studio().results.open(shell.actor(), project, study.id))
