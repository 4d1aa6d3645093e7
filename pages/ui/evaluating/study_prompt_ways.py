"""The ways in which prompts come into a study: the test set that ships, a file, a sample of what was accepted, families."""

import streamlit as st

from core.domain.study import StudyTask
from core.domain.study_import import PromptColumns
from core.domain.study_now import StudyNow
from core.services.evaluating import study_prompts as service
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_look, study_report, study_sample
from pages.ui.exchanging import chosen_file
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.kit import h

_FILE = "studies.prompts.file"
_LABELS = {
    "text": "Prompt",
    "key": "Its name",
    "skill": "Skill",
    "difficulty": "Difficulty (author)",
    "model_difficulty": "Difficulty (model)",
}


def ask() -> None:
    """Offer them beside prompts that are there."""
    st.query_params["more"] = "1"


def is_asked() -> bool:
    return "more" in st.query_params


def offer(project: Project, study: StudyNow) -> None:
    """What can be taken; once a file is chosen, that alone."""
    if study.design.task is StudyTask.SIBLINGS:
        with st.container(border=True, key="studies_families_card"):
            study_sample.families(project, study)
        return
    chosen = chosen_file.get(_FILE)
    if chosen is not None:
        with shell.problems("studies.file"), st.container(border=True, key="studies_look_card"):
            _look(project, study, chosen)
        return
    left, right = st.columns([1, 1.5], gap="medium")
    with left, st.container(border=True, key="studies_shipped_card"):
        _shipped(project, study)
    with right, st.container(border=True, key="studies_file_card"), shell.problems("studies.file"):
        _file()
    with st.container(border=True, key="studies_sample_card"):
        study_sample.accepted(project, study)


def _shipped(project: Project, study: StudyNow) -> None:
    text = "154 prompts over all 29 skills and difficulties 1 to 10, written for the studio, CC0. In the form of the released test set."
    kit.show("way", h("div", {"class": "h"}, "The studio's test set"), h("div", text), key="studies.shipped.words")
    if st.button("Take the test set", type="primary", key="studies.shipped"):
        with shell.problems("studies.shipped"):
            study_report.keep(service.import_shipped(shell.actor(), project, study.id, shell.studio().settings.shipped))
            st.rerun()


def _file() -> None:
    text = (
        "JSON lines, JSON, CSV or Parquet, one prompt a row. The released test set (idx, Skill, Difficulty, Instruction) is"
        " understood as it is. You see its first rows before anything is taken."
    )
    kit.show("way", h("div", {"class": "h"}, "A file"), h("div", text), key="studies.file.words")
    chosen_file.ask(_FILE, "/data/test_set.jsonl")


def _look(project: Project, study: StudyNow, file: Chosen) -> None:
    with st.container(horizontal=True):
        slot = st.container(width="content")
        st.button("Choose another file", key="studies.file.other", on_click=chosen_file.forget, args=(_FILE,))
    found = study_look.looked_at(
        _FILE, file, lambda format_: service.look_at(shell.actor(), file.path, format_, name=file.name)
    )
    guess = found.guess or PromptColumns(text="")
    format_, chosen = study_look.ask_columns(
        _FILE, found, {field: (label, getattr(guess, field)) for field, label in _LABELS.items()}
    )
    licence = st.text_input("Licence of these prompts", placeholder="CC0-1.0, own work …", key=f"{_FILE}.licence")
    if not chosen["text"]:
        kit.show(
            "hint", kit.note("error", "Which column?", "Say which one holds the prompt."), key="studies.file.which"
        )
    study_look.first_rows(_FILE, file.name, found, chosen, _LABELS)
    if slot.button("Take these prompts", type="primary", key="studies.file.go", disabled=not chosen["text"]):
        taken = service.import_file(
            shell.actor(), project, study.id, file.path, name=file.name, licence=licence.strip(),
            columns=PromptColumns(**chosen), format_=format_,
        )  # fmt: skip
        chosen_file.forget(_FILE)
        study_report.keep(taken)
        st.rerun()
