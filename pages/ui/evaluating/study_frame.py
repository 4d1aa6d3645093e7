"""What stands around every step of a study: its head, its steps, and beside them what it is so far."""

import streamlit as st

from core.domain.study import StudyState, StudyTask
from core.domain.study_now import StudyNow
from pages.ui import kit
from pages.ui.evaluating import study_words
from pages.ui.kit import h

ASK, PROMPTS, SYSTEMS, RATERS, OPEN = STEPS = ("ask", "prompts", "systems", "raters", "open")
_LAST = {
    StudyState.DRAFT: "Check and open",
    StudyState.PILOT: "Pilot",
    StudyState.OPENED: "Progress",
    StudyState.CLOSED: "Closed",
}


def step_words(step: str, study: StudyNow) -> str:
    """How a step is called; the last one follows the study's state."""
    names = {
        ASK: "What is asked",
        PROMPTS: "Prompts",
        SYSTEMS: "Evolutions" if study.design.task is StudyTask.SIBLINGS else "Systems",
        RATERS: "Raters",
        OPEN: _LAST[study.state],
    }
    return f"{STEPS.index(step) + 1} {names[step]}"


def go(**query: str) -> None:
    """Another view of the page, by its address. For `on_click`: the page that follows begins with it."""
    kept = {name: value for name, value in st.query_params.items() if name == "project"}
    st.query_params.from_dict(kept | query)


def to_step(study_id: str, step: str) -> None:
    go(study=study_id, step=step)


def head(study: StudyNow) -> None:
    """Title, name, state, and the ways out."""
    with st.container(horizontal=True, vertical_alignment="center", key="studies_one_head"):
        st.title("Study", width="content", anchor=False)
        with st.container(width="stretch"):
            version = f"version {study.version}" if study.version > 1 else ""
            kit.show(
                "study_name",
                h("span", {"class": "one", "title": study.name}, study.name),
                h("span", {"class": "lab"}, version),
                study_words.state(study.state),
                key="studies.name",
            )
        st.button("All studies", on_click=go, key="studies.back")


def step_of(study: StudyNow) -> str:
    """What the address asks for; else where one goes on."""
    asked = st.query_params.get("step", "")
    if asked in STEPS:
        return asked
    return ASK if study.may_be_edited else OPEN


def steps(study: StudyNow) -> str:
    """The five steps in a row; which one is looked at."""
    key = f"studies.step.{study.id}"
    st.session_state[key] = step_of(study)
    st.segmented_control(
        "Step", STEPS, format_func=lambda one: step_words(one, study), key=key, label_visibility="collapsed",
        required=True, on_change=lambda: to_step(study.id, st.session_state[key]),
    )  # fmt: skip
    return step_of(study)


def onwards(study: StudyNow, step: str, *, is_primary: bool = True) -> None:
    """The button that leads to the next step."""
    following = STEPS[STEPS.index(step) + 1]
    words = step_words(following, study).split(" ", 1)[1]
    st.button(
        f"Go on: {words[0].lower()}{words[1:]}",
        type="primary" if is_primary else "secondary",
        on_click=to_step,
        args=(study.id, following),
        key=f"studies.next.{step}",
    )
