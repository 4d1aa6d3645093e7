"""Step 3 of a study: the systems that are compared, with what each has answered, and how responses come in."""

import streamlit as st

from core.domain.study import StudyTask
from core.domain.study_now import StudyNow, StudySystem
from core.services.evaluating import studies
from core.services.evaluating import study_systems as service
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_answers, study_frame, study_responses
from pages.ui.evaluating.study_field import Fields
from pages.ui.kit import h
from pages.ui.words import count


def page(project: Project, study: StudyNow) -> None:
    if not study.prompts:
        kit.show("empty", h("p", "Responses belong to prompts, and there are none yet."), key="studies.systems.empty")
        st.button(
            "Choose prompts", type="primary", key="studies.systems.first", on_click=study_frame.to_step,
            args=(study.id, study_frame.PROMPTS),
        )  # fmt: skip
        return
    if study.design.task is StudyTask.SIBLINGS:
        words = f"Nothing to bring in: the children of {count(study.prompts, 'parent')} are compared by the operation that made them."
        kit.show("lead", h("p", words), key="studies.systems.siblings")
        study_frame.onwards(study, study_frame.SYSTEMS)
        return
    there = studies.systems(shell.actor(), project, study.id)
    if not there:
        words = "No responses yet. Bring those of at least two systems: names are for you, raters never see them."
        kit.show("lead", h("p", words), key="studies.systems.none")
    for one in there:
        _row(project, study, one)
    if study.may_be_edited:
        study_responses.offer(project, study, is_first=not there)
        with st.expander("Take this project's own responses", key="studies.own"):
            study_responses.own(project, study)
    study_answers.show(project, study)
    with st.expander(
        "Words that are blacked out in every response", key="studies.masked", expanded=bool(study.design.masked)
    ):
        _masked(Fields(project=project, study=study))
    if len(there) > 1:
        study_frame.onwards(study, study_frame.SYSTEMS, is_primary=not study_responses.is_asked())


def _row(project: Project, study: StudyNow, one: StudySystem) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"studies_{one.id}_card", gap="small"
    ):
        with st.container(width="stretch"):
            missing = study.prompts - one.responses
            said = f"{one.responses:,} of {count(study.prompts, 'prompt')}" + (
                f", {missing:,} missing" if missing else ""
            )
            track = h(
                "div",
                {"class": "track"},
                h("i", {"style": {"width": f"{100 * one.responses / max(1, study.prompts):.1f}%"}}),
            )
            about = _origin(one)
            kit.show(
                "system",
                h(
                    "div",
                    h("b", {"class": "h one", "title": one.name}, one.name),
                    h("div", {"class": "lab one"}, about),
                ),
                h("div", h("div", {"class": "lab num"}, said), track),
                key=f"studies.system.{one.id}",
            )
        if study.may_be_edited and st.button("Remove", key=f"studies.remove.{one.id}"):
            _confirm(project, study, one)


def _origin(one: StudySystem) -> str:
    usual = {"imported": "responses that were made elsewhere", "dataset": "responses of this project's dataset"}
    return usual.get(one.endpoint, f"{one.model} at {one.endpoint}")


@st.dialog("Remove a system")
def _confirm(project: Project, study: StudyNow, one: StudySystem) -> None:
    with shell.problems("studies.remove"):
        words = f"Its {count(one.responses, 'response')} leave the study. They can be brought in again."
        if kit.is_removal_meant(f"{one.name}. {words}", key="studies.remove"):
            service.remove(shell.actor(), project, study.id, one.id)
            st.rerun()


def _masked(fields: Fields) -> None:
    words = "For responses that say who made them. One word or name a line; raters see ■■■ instead."
    kit.show("hint", h("p", {"class": "lab"}, words), key="studies.masked.about")
    st.text_area(
        "Words", "\n".join(fields.study.design.masked), height=110, label_visibility="collapsed",
        placeholder="ChatGPT\nOpenAI", **fields.bind("masked", lambda said: tuple(said.splitlines())),
    )  # fmt: skip
