"""Responses from endpoints: who is asked and what it takes, how far each is, stop and go on."""

import streamlit as st

from core.domain.call import Sampling
from core.domain.run import Caps
from core.domain.study_answers import AnswersState, AnswerWish
from core.domain.study_now import StudyNow
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_calls_view
from pages.ui.growing import run_caps
from pages.ui.kit import h
from pages.ui.words import count

_ABOUT = (
    "Each prompt is asked of an endpoint, with nothing around it. What it replies is its response, whatever it says."
)


def show(project: Project, study: StudyNow) -> None:
    """A card; for a study that is no draft only if endpoints were asked."""
    states = shell.studio().study_answers.states(shell.actor(), project, study.id)
    if not states and not study.may_be_edited:
        return
    with st.container(border=True, key="studies_answers_card"):
        title = h("div", {"class": "h"}, "Responses from endpoints")
        kit.show("way", title, h("div", _ABOUT), key="studies.answers.about")
        st.fragment(_rows, run_every=1 if any(one.is_going for one in states) else None)(project, study)
        if study.may_be_edited and st.button("Ask endpoints", key="studies.answers.ask"):
            _dialog(project, study)


def _rows(project: Project, study: StudyNow) -> None:
    states = shell.studio().study_answers.states(shell.actor(), project, study.id)
    for one in states:
        _row(project, study, one)
    before, now = st.session_state.get("studies.answers.going"), sum(one.is_going for one in states)
    st.session_state["studies.answers.going"] = now
    if before and now < before:  # what is below this card counts responses too
        st.rerun()


def _row(project: Project, study: StudyNow, one: AnswersState) -> None:
    key = f"studies.answers.{one.system_id}"
    with st.container(horizontal=True, vertical_alignment="center"), shell.problems(key):
        with st.container(width="stretch"):
            about = ". ".join(filter(None, (f"{one.model}, {one.sampling}", study_calls_view.spent(one.spending), study_calls_view.pace(one.progress))))  # fmt: skip
            said = f"{one.answered:,} of {one.total:,} answered" + (
                f", {len(one.unanswered):,} failed" if one.unanswered else ""
            )
            study_calls_view.row(one.name, about, done=one.answered, total=one.total, said=said, key=f"{key}.row")
        if one.is_going:
            st.button("Stop", key=f"{key}.stop", on_click=shell.studio().study_answers.stop, args=(shell.actor(), project, study.id, one.system_id))  # fmt: skip
        elif one.left and study.may_be_edited and st.button("Go on", key=f"{key}.on"):
            _go_on(project, study, one)
    if one.cut:
        words = f"{count(one.cut, 'response')} ended at the most tokens, in the middle of what was being said."
        kit.show("hint", kit.note("error", "Cut", words), key=f"{key}.cut")
    if one.unanswered and not one.is_going:
        with st.expander(f"{count(len(one.unanswered), 'prompt')} without a response", key=f"{key}.failed"):
            study_calls_view.failures(one.failures, f"{key}.kinds")
            lines = [h("li", {"class": "lab"}, h("b", each.key), f", asked {count(each.tries, 'time')}: {each.why}") for each in one.unanswered[:40]]  # fmt: skip
            kit.show("report", h("ul", *lines), key=f"{key}.prompts")


@st.dialog("Go on")
def _go_on(project: Project, study: StudyNow, one: AnswersState) -> None:
    with shell.problems("studies.answers.on"):
        words = f"{count(one.left, 'prompt')} of {one.name} without a response. So far {study_calls_view.spent(one.spending)}; caps hold for all of it."
        kit.show("stop", h("p", words), key="studies.answers.on.words")
        caps = run_caps.ask(Caps(), f"studies.answers.on.{one.system_id}")
        if st.button("Go on", type="primary", key="studies.answers.on.go"):
            shell.studio().study_answers.resume(shell.actor(), project, study.id, one.system_id, caps)
            st.rerun()


@st.dialog("Ask endpoints for responses", width="large")
def _dialog(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.answers.new"):
        endpoints = {one.name: one for one in shell.studio().endpoints.list(shell.actor())}
        names = list(endpoints)
        usual = names[study_calls_view.usual_endpoint(names)]
        chosen = st.multiselect(
            "Endpoints", names, [usual], format_func=study_calls_view.endpoint_name,
            key="studies.answers.endpoints", help="Each becomes a system of the study.",
        )  # fmt: skip
        if not chosen:
            kit.show("hint", h("p", {"class": "lab"}, "Choose at least one."), key="studies.answers.none")
            return
        first = endpoints[chosen[0]]
        sampling = _sampling(first.sampling.over(Sampling(max_tokens=1_024)), f"studies.answers.{first.name}")
        name = ""
        if len(chosen) == 1:
            name = st.text_input(
                "Name in the results", first.name, max_chars=80, key=f"studies.answers.{first.name}.name"
            )
        caps = run_caps.ask(Caps(), "studies.answers")
        wishes = [AnswerWish(endpoint=one, sampling=sampling, name=name) for one in chosen]
        service = shell.studio().study_answers
        said = [(one.endpoint, service.estimate(shell.actor(), project, study.id, one)) for one in wishes]
        study_calls_view.estimate(said, "studies.answers.estimate")
        if st.button("Begin", type="primary", key="studies.answers.begin"):
            for wish in wishes:
                service.start(shell.actor(), project, study.id, wish, caps)
            st.rerun()


def _sampling(start: Sampling, key: str) -> Sampling:
    one, two, three = st.columns(3)
    temperature = one.number_input("Temperature", 0.0, 2.0, start.temperature, 0.1, key=f"{key}.temperature")
    top_p = two.number_input("Top-p", 0.0, 1.0, start.top_p, 0.05, key=f"{key}.top_p")
    tokens = three.number_input("Tokens at most", 1, 100_000, start.max_tokens, key=f"{key}.tokens")
    return Sampling(temperature=temperature, top_p=top_p, max_tokens=int(tokens))
