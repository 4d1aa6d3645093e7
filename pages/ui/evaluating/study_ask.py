"""Step 1 of a study: its task, what raters read, and by which criteria they judge."""

from dataclasses import replace

import streamlit as st

from core.domain.study import Criterion, StudyDesign, StudyTask
from core.domain.study_now import StudyNow
from core.services.evaluating import study_presets
from core.services.projects import Project
from pages.ui import kit
from pages.ui.evaluating import study_frame, study_words
from pages.ui.evaluating.study_field import Fields
from pages.ui.kit import h

_TASKS = list(StudyTask)
_MOST_CRITERIA = 8


def page(project: Project, study: StudyNow) -> None:
    if not study.may_be_edited:
        with st.container(border=True, key="studies_read_card"):
            _as_it_is(study)
        return
    fields = Fields(project=project, study=study)
    with st.container(border=True, key="studies_task_card"):
        _task(fields)
    with st.container(border=True, key="studies_read_card"):
        _read(fields)
    with st.container(border=True, key="studies_criteria_card"):
        _criteria(fields)
    study_frame.onwards(study, study_frame.ASK)


def _as_it_is(study: StudyNow) -> None:
    """What raters are asked and read, once that cannot be changed any more."""
    design = study.design
    asked = (
        "Each criterion is a question."
        if design.asks_each or design.task is StudyTask.LIKERT
        else "One question: overall."
    )
    criteria = [h("li", h("b", one.label), ". ", one.description) for one in design.criteria]
    kit.show(
        "asked",
        h(
            "div",
            {"class": "lab"},
            f"{study_words.TASKS[design.task]}. {asked}" + (" With a reason." if design.asks_reason else ""),
        ),
        h("div", {"class": "h", "dir": "auto"}, design.title),
        kit.read(design.guidelines or "No guidelines.", "s"),
        h("ul", *criteria) if criteria else None,
        h("p", {"class": "lab"}, "It stays as people judged it. A new version can differ."),
        key="studies.asked",
    )


def _task(fields: Fields) -> None:
    design = fields.study.design
    kit.show("hint", h("div", {"class": "h"}, "What raters do"), key="studies.task.head")
    bound = fields.bind("task")
    bound["on_change"], bound["args"] = _change_task, (fields, bound["key"])
    st.segmented_control(
        "Task", _TASKS, default=design.task, format_func=study_words.TASKS.__getitem__, required=True,
        label_visibility="collapsed", **bound,
    )  # fmt: skip
    kit.show("hint", h("p", {"class": "lab"}, study_words.ABOUT_TASKS[design.task]), key="studies.task.about")


def _change_task(fields: Fields, key: str) -> None:
    """The task, and with it the words that were never touched."""
    task, now = StudyTask(st.session_state[key]), fields.study.design
    fresh = study_presets.beginning(task, now.rng_seed)
    is_usual = {
        "title": now.title in (*study_presets.TITLES.values(), StudyDesign().title),
        "guidelines": not now.guidelines or now.guidelines in study_presets.GUIDELINES.values(),
        "criteria": now.criteria in ((), study_presets.PAPER_CRITERIA),
    }
    changed = {name: getattr(fresh, name) for name, usual in is_usual.items() if usual}
    for name in changed:
        st.session_state.pop(f"studies.{fields.study.id}.{name}", None)
    fields.save(task=task, per_trial=fresh.per_trial, **changed)


def _read(fields: Fields) -> None:
    design = fields.study.design
    lead = "All that raters are told. It may not name a system: that is checked before the study opens."
    kit.show(
        "hint", h("div", {"class": "h"}, "What raters read"), h("p", {"class": "lab"}, lead), key="studies.read.head"
    )
    st.text_input("Title", design.title, max_chars=120, **fields.bind("title"))
    st.text_area("Guidelines", design.guidelines, height=190, max_chars=20_000, **fields.bind("guidelines"))


def _criteria(fields: Fields) -> None:
    design = fields.study.design
    is_likert = design.task is StudyTask.LIKERT
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            lead = "Each is a question." if is_likert else "They stand beside the task, for raters to look up."
            kit.show(
                "hint",
                h("div", {"class": "h"}, "Criteria"),
                h("p", {"class": "lab"}, lead),
                key="studies.criteria.head",
            )
        if design.criteria != study_presets.PAPER_CRITERIA:
            st.button(
                "Take the paper's five", key="studies.criteria.paper", on_click=fields.save,
                kwargs={"criteria": study_presets.PAPER_CRITERIA},
            )  # fmt: skip
    for one in design.criteria:
        _criterion(fields, one)
    if len(design.criteria) < _MOST_CRITERIA:
        _add(fields)
    if not is_likert:
        st.toggle(
            "Ask each criterion as a question of its own, beside the overall one", design.asks_each,
            help="Takes raters about as many times longer as there are criteria.", **fields.bind("asks_each"),
        )  # fmt: skip
    st.toggle("Offer a field for a reason", design.asks_reason, **fields.bind("asks_reason"))


def _criterion(fields: Fields, one: Criterion) -> None:
    """Its label and its description, side by side; the key stays what it was."""
    place = f"studies.{fields.study.id}.criterion.{one.key}"
    label, about, away = st.columns([1, 2.6, 0.62], vertical_alignment="bottom")
    for column, name, value in ((label, "label", one.label), (about, "description", one.description)):
        column.text_input(
            "Criterion" if name == "label" else "What it means", value, key=f"{place}.{name}",
            label_visibility="collapsed", on_change=_change, args=(fields, one.key, name, f"{place}.{name}"),
            max_chars=60 if name == "label" else 500,
        )  # fmt: skip
    away.button("Remove", key=f"{place}.remove", on_click=_remove, args=(fields, one.key), width="stretch")


def _change(fields: Fields, key: str, name: str, widget: str) -> None:
    said = st.session_state[widget]
    fields.save(
        criteria=tuple(replace(one, **{name: said}) if one.key == key else one for one in fields.study.design.criteria)
    )


def _remove(fields: Fields, key: str) -> None:
    fields.save(criteria=tuple(one for one in fields.study.design.criteria if one.key != key))


def _add(fields: Fields) -> None:
    with st.form(f"studies.{fields.study.id}.criterion", border=False, clear_on_submit=True):
        label, about, go = st.columns([1, 2.6, 0.62], vertical_alignment="bottom")
        said = label.text_input("Another", placeholder="Tone", max_chars=60, key="studies.criterion.label")
        meant = about.text_input(
            "What it means",
            placeholder="It speaks to the person who asked.",
            max_chars=500,
            key="studies.criterion.about",
        )
        if go.form_submit_button("Add", key="studies.criterion.add", width="stretch") and said.strip():
            criteria = fields.study.design.criteria
            fresh = Criterion(key=_key(said, criteria), label=said.strip(), description=meant.strip())
            fields.save(criteria=(*criteria, fresh))
            st.rerun()


def _key(label: str, beside: tuple[Criterion, ...]) -> str:
    """A name for the log and for exports: letters of the label, and a number if that is taken."""
    plain = (
        "_".join("".join(one if one.isascii() and one.isalnum() else " " for one in label.casefold()).split())[:30]
        or "criterion"
    )
    taken = {one.key for one in beside} | {"overall"}
    return next(name for n in range(1, 99) if (name := plain if n == 1 else f"{plain}_{n}") not in taken)
