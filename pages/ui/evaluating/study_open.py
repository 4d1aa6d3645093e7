"""Step 5 of a study: checked, previewed, piloted, opened; then watched, and closed."""

import streamlit as st

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_checks, study_early, study_excluded, study_frame, study_judge, study_progress
from pages.ui.kit import h

_BEFORE = "Nothing about the study can be changed once somebody has judged in it; a new version can."
_PILOT = "Raters judge as they will later; what they say is kept apart and counts in no result."


def page(project: Project, study: StudyNow) -> None:
    {
        StudyState.DRAFT: _draft,
        StudyState.PILOT: _going,
        StudyState.OPENED: _going,
        StudyState.CLOSED: _closed,
    }[study.state](project, study)


def _draft(project: Project, study: StudyNow) -> None:
    is_ready = study_checks.card(project, study)
    with st.container(border=True, key="studies_preview_card"):
        _preview(study, is_ready=is_ready)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open the study", type="primary", key="studies.open.go", disabled=not is_ready):
            _confirm_opening(project, study)
        if st.button("Begin with a pilot", key="studies.pilot.go", disabled=not is_ready):
            studies.start_pilot(shell.actor(), project, study.id)
            st.rerun()
    kit.show(
        "hint",
        h("p", {"class": "lab"}, _BEFORE, " A pilot: ", _PILOT[0].lower() + _PILOT[1:]),
        key="studies.open.about",
    )


def _preview(study: StudyNow, *, is_ready: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            about = "Exactly the page that raters get, with texts of this study. Nothing of it is kept."
            kit.show(
                "hint",
                h("div", {"class": "h"}, "See it as a rater"),
                h("p", {"class": "lab"}, about),
                key="studies.preview.about",
            )
        st.button(
            "Preview", key="studies.preview", disabled=not is_ready, on_click=study_frame.go,
            kwargs={"study": study.id, "preview": "1"},
        )  # fmt: skip


@st.dialog("Open the study")
def _confirm_opening(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.open"):
        from_pilot = " What was judged in the pilot stays apart." if study.state is StudyState.PILOT else ""
        words = f"Raters can judge from now on, and what they say counts.{from_pilot} {_BEFORE}"
        kit.show("stop", h("p", words), key="studies.open.words")
        yes, no = st.columns(2)
        if yes.button("Open it", type="primary", key="studies.open.yes", width="stretch"):
            studies.open_study(shell.actor(), project, study.id)
            study_frame.to_step(study.id, study_frame.OPEN)
            st.rerun()
        if no.button("Not yet", key="studies.open.no", width="stretch"):
            st.rerun()


@st.dialog("Close the study")
def _confirm_closing(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.close"):
        words = "Nobody can judge or revise any more, and its results can be seen. Whoever is left out from then on is left out after unblinding, and the report says so."
        kit.show("stop", h("p", words), study_progress.left_in_words(project, study), key="studies.close.words")
        yes, no = st.columns(2)
        if yes.button("Close it", type="primary", key="studies.close.yes", width="stretch"):
            studies.close_study(shell.actor(), project, study.id)
            st.rerun()
        if no.button("Go on judging", key="studies.close.no", width="stretch"):
            st.rerun()


def _going(project: Project, study: StudyNow) -> None:
    """While people judge: who is how far, who is left out; and no result."""
    is_pilot = study.state is StudyState.PILOT
    with st.container(horizontal=True, vertical_alignment="center", key="studies_going"):
        with st.container(width="stretch"):
            about = (
                _PILOT if is_pilot else "How far everybody is. What they said is not shown before the study is closed."
            )
            kit.show("lead", h("p", about), key="studies.going.about")
        if is_pilot and st.button("Open the study", type="primary", key="studies.open.go"):
            _confirm_opening(project, study)
        if not is_pilot and st.button("Close the study…", type="primary", key="studies.close.go"):
            _confirm_closing(project, study)
    said = study_progress.of(project, study)
    study_progress.card(project, study, said)
    study_judge.show(project, study)
    left, right = st.columns([1.6, 1], gap="medium")
    with left, st.container(border=True, key="studies_excluded_card"):
        study_excluded.card(project, study, {one.person_id: one.name for one in said.people})
    with right:
        with st.container(border=True, key="studies_early_card"):
            study_early.card(project, study)
        with st.container(border=True, key="studies_version_card"):
            _new_version(project, study)


def _closed(project: Project, study: StudyNow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="studies_going"):
        with st.container(width="stretch"):
            kit.show("lead", h("p", "The study is closed: nobody judges in it any more."), key="studies.going.about")
        if st.button("See the results", type="primary", key="studies.results"):
            st.switch_page("../results.py", query_params={"project": project.slug, "study": study.id})
    said = study_progress.of(project, study)
    study_progress.card(project, study, said)
    study_judge.show(project, study)
    left, right = st.columns([1.6, 1], gap="medium")
    with left, st.container(border=True, key="studies_excluded_card"):
        study_excluded.card(project, study, {one.person_id: one.name for one in said.people})
    with right, st.container(border=True, key="studies_version_card"):
        _new_version(project, study)


def _new_version(project: Project, study: StudyNow) -> None:
    about = "A draft with this design, these prompts and responses, and no judgments. This one stays as it is."
    kit.show(
        "hint",
        h("div", {"class": "h"}, "Change something?"),
        h("p", {"class": "lab"}, about),
        key="studies.version.about",
    )
    if st.button("Make a new version", key="studies.version"):
        made = studies.new_version(shell.actor(), project, study.id)
        study_frame.to_step(made.id, study_frame.ASK)
        st.rerun()
