"""Studies: who is preferred, judged blind. Made in five steps, watched while people judge, closed."""

import streamlit as st

from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import shell
from pages.ui.evaluating import (
    study_ask,
    study_field,
    study_frame,
    study_list,
    study_open,
    study_preview,
    study_prompts,
    study_raters,
    study_systems,
)

STEPS = {
    study_frame.ASK: study_ask.page,
    study_frame.PROMPTS: study_prompts.page,
    study_frame.SYSTEMS: study_systems.page,
    study_frame.RATERS: study_raters.page,
    study_frame.OPEN: study_open.page,
}


def one(project: Project, study: StudyNow) -> None:
    """One study: the step that is looked at, or all of it as a rater sees it."""
    if study_preview.is_asked():
        study_preview.page(project, study)
        return
    study_frame.head(study)
    step = study_frame.steps(study)
    study_field.say_problem()
    with shell.problems("studies.step"):
        STEPS[step](project, study)


def chosen(project: Project) -> StudyNow | None:
    """What the address names; None, and said why, if that is no study of this project."""
    found = None
    if "study" in st.query_params:
        with shell.problems("studies.chosen"):
            found = studies.one(shell.actor(), project, st.query_params["study"])
    return found


with shell.problems("studies"):
    project = shell.project()
    study = chosen(project)
    if study is not None:
        one(project, study)
    else:
        study_list.page(project)
