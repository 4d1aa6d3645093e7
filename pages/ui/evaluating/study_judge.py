"""Models that judge beside people: how they are asked and what it takes, how far each is, stop and go on. Never who wins."""

import streamlit as st

from core.domain.model_judge import JudgeReading, JudgeState
from core.domain.run import Caps
from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_calls_view, study_judge_form
from pages.ui.growing import run_caps
from pages.ui.kit import h
from pages.ui.words import count

_ABOUT = "A model reads what people read, each pair in both orders. What it says is never mixed with what people say."
_READINGS = {
    JudgeReading.SCHEMA: "by a schema",
    JudgeReading.LOGPROBS: "by probabilities of the first word",
    JudgeReading.TEXT: "out of its text",
}


def show(project: Project, study: StudyNow) -> None:
    """A card, once the study is open: what models judge cannot change any more."""
    if study.state not in (StudyState.OPENED, StudyState.CLOSED):
        return
    states = shell.studio().model_judges.states(shell.actor(), project, study.id)
    with st.container(border=True, key="studies_judges_card"):
        title = h("div", {"class": "h"}, "Model judges")
        kit.show("way", title, h("div", _ABOUT), key="studies.judges.about")
        st.fragment(_rows, run_every=1 if any(one.is_going for one in states) else None)(project, study)
        if st.button("Let a model judge", key="studies.judges.ask"):
            _dialog(project, study)


def _rows(project: Project, study: StudyNow) -> None:
    states = shell.studio().model_judges.states(shell.actor(), project, study.id)
    for one in states:
        _row(project, study, one)
    before, now = st.session_state.get("studies.judges.going"), sum(one.is_going for one in states)
    st.session_state["studies.judges.going"] = now
    if before and now < before:
        st.rerun()


def _row(project: Project, study: StudyNow, one: JudgeState) -> None:
    key = f"studies.judges.{one.id}"
    with st.container(horizontal=True, vertical_alignment="center"), shell.problems(key):
        with st.container(width="stretch"):
            how = f"{one.model}, read {_READINGS[one.reading]}, prompts {one.prompt_hash[:12]}"
            parts = (how, study_calls_view.spent(one.spending), _orders(one), study_calls_view.pace(one.progress))
            others = [f"{n:,} {word}" for n, word in ((one.unclear, "unclear"), (one.failed, "failed")) if n]
            said = ", ".join((f"{one.judged:,} of {one.total:,} judged", *others))
            done = one.judged + one.unclear
            study_calls_view.row(
                one.name, ". ".join(filter(None, parts)), done=done, total=one.total, said=said, key=f"{key}.row"
            )
        if one.is_going:
            st.button("Stop", key=f"{key}.stop", on_click=shell.studio().model_judges.stop, args=(shell.actor(), project, study.id, one.id))  # fmt: skip
        elif one.left and st.button("Go on", key=f"{key}.on"):
            _go_on(project, study, one)
    if one.failed and not one.is_going:
        study_calls_view.failures(one.failures, f"{key}.kinds")


def _orders(one: JudgeState) -> str:
    """How often the place decided: nothing about who wins."""
    orders = one.orders
    if orders.flip_rate is None:
        return ""
    right = orders.by_place - orders.first
    return (
        f"Judged differently in the other order: {orders.pairs - orders.alike:,} of {count(orders.pairs, 'pair')}"
        f" ({100 * orders.flip_rate:.0f} %), of them {orders.first:,} for the left and {right:,} for the right both times"
    )


@st.dialog("Go on")
def _go_on(project: Project, study: StudyNow, one: JudgeState) -> None:
    with shell.problems("studies.judges.on"):
        words = (
            f"{count(one.left, 'trial')} left. So far {study_calls_view.spent(one.spending)}; caps hold for all of it."
        )
        kit.show("stop", h("p", words), key="studies.judges.on.words")
        caps = run_caps.ask(Caps(), f"studies.judges.on.{one.id}")
        if st.button("Go on", type="primary", key="studies.judges.on.go"):
            shell.studio().model_judges.resume(shell.actor(), project, study.id, one.id, caps)
            st.rerun()


@st.dialog("Let a model judge", width="large")
def _dialog(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.judges.new"):
        wish = study_judge_form.ask(study.design.task)
        caps = run_caps.ask(Caps(), "studies.judges")
        service = shell.studio().model_judges
        said = service.estimate(shell.actor(), project, study.id, wish)
        study_calls_view.estimate([(wish.endpoint, said)], "studies.judges.estimate")
        if st.button("Begin", type="primary", key="studies.judges.begin"):
            service.start(shell.actor(), project, study.id, wish, caps)
            st.rerun()
