"""The list of studies, and the beginning of a new one."""

from datetime import UTC, datetime
from secrets import randbits

import streamlit as st

from core.domain.study import StudyState, StudyTask
from core.services.evaluating import studies, study_presets
from core.services.evaluating.studies import StudyLine
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_frame, study_words
from pages.ui.kit import h
from pages.ui.words import ago, count

_LEAD = "A study shows the responses of several systems side by side, blind, to people and beside them to a model, and reports who is preferred."


def page(project: Project) -> None:
    every = studies.lines(shell.actor(), project)
    with st.container(horizontal=True, vertical_alignment="center", key="studies_head"):
        st.title("Studies", width="stretch", anchor=False)
        if every and st.button("New study", type="primary", key="studies.new"):
            _new(project)
    kit.show("lead", h("p", _LEAD), key="studies.lead")
    for one in every:
        _row(project, one)
    if not every:
        words = "No studies yet. You need prompts (154 come with the studio) and the responses of at least two systems."
        kit.show("empty", h("p", words), key="studies.empty")
        if st.button("New study", type="primary", key="studies.new"):
            _new(project)


@st.dialog("New study", width="medium")
def _new(project: Project) -> None:
    with shell.problems("studies.new"):
        name = st.text_input(
            "Name", placeholder="Evolved against plain, November", max_chars=80, key="studies.new.name",
            help="For you and your results. Raters never see it, so it may name systems.",
        )  # fmt: skip
        tasks = list(StudyTask)
        task = st.radio(
            "What raters do", tasks, format_func=study_words.TASKS.__getitem__,
            captions=[study_words.ABOUT_TASKS[one] for one in tasks], key="studies.new.task",
        )  # fmt: skip
        if st.button("Make it", type="primary", key="studies.new.go"):
            made = studies.create(shell.actor(), project, name, study_presets.beginning(task, randbits(31)))
            study_frame.go(study=made.id, step=study_frame.ASK)
            st.rerun()


def _row(project: Project, line: StudyLine) -> None:
    study = line.study
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"studies_{study.id}_card", gap="small"
    ):
        with st.container(width="stretch"):
            kit.show("study", *_words(line), key=f"studies.{study.id}.words")
        with st.container(horizontal=True, horizontal_alignment="right", width=190):
            if study.state is StudyState.CLOSED and st.button("Results", key=f"studies.results.{study.id}"):
                st.switch_page("../results.py", query_params={"project": project.slug, "study": study.id})
            words = "Go on" if study.may_be_edited else "Open"
            st.button(words, key=f"studies.open.{study.id}", on_click=study_frame.go, kwargs={"study": study.id})


def _words(line: StudyLine) -> list[kit.Child]:
    study = line.study
    version = f" · version {study.version}" if study.version > 1 else ""
    about = study_words.design_in_words(study.design)
    since = study.state_since or study.received_at
    prompts = count(study.prompts, "prompt") if study.prompts else "no prompts yet"
    systems = f", {count(line.systems, 'system')}" if line.systems else ""
    judged = f"{line.judged:,} judged" if not study.may_be_edited else ""
    if study.state is StudyState.PILOT:
        judged = f"{line.judged_in_pilot:,} judged to try it"
    return [
        h("div", {"class": "nm"}, h("b", {"class": "one", "title": study.name}, study.name + version), h("div", {"class": "lab one", "title": about}, about)),
        h("div", {"class": "lab num"}, h("div", prompts + systems), h("div", judged)),
        h("div", {"class": "st"}, study_words.state(study.state), h("div", {"class": "lab num"}, ago(since, datetime.now(UTC)))),
    ]  # fmt: skip
