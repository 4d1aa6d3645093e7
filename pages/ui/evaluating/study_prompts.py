"""Step 2 of a study: the prompts that are asked, and the ways in which they come."""

from collections import Counter

import streamlit as st

from core.domain.study import StudyPrompt, StudyTask
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.evaluating import study_prompts as service
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_frame, study_prompt_ways, study_report
from pages.ui.kit import h
from pages.ui.words import count

_SHOWN = 8
_SKILLS = 12


def page(project: Project, study: StudyNow) -> None:
    study_report.say()
    is_more = study_prompt_ways.is_asked() and study.may_be_edited
    if is_more and study.prompts:
        st.button(
            "Back to the prompts",
            on_click=study_frame.to_step,
            args=(study.id, study_frame.PROMPTS),
            key="studies.prompts.back",
        )
    if is_more or not study.prompts:
        if study.may_be_edited:
            study_prompt_ways.offer(project, study)
        return
    prompts = service.listed(shell.actor(), project, study.id)
    left, right = st.columns([2.2, 1], gap="medium")
    with left, st.container(border=True, key="studies_prompts_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                kit.show("hint", h("div", {"class": "h"}, count(study.prompts, "prompt")), key="studies.prompts.n")
            if study.may_be_edited:
                st.button("Add more", on_click=study_prompt_ways.ask, key="studies.prompts.more")
            if study.may_be_edited and st.button("Take others…", key="studies.prompts.clear"):
                _confirm_clearing(project, study)
        _table(project, prompts)
    with right, st.container(border=True, key="studies_spread_card"):
        _spread(prompts, study.design.hard_from)
    study_frame.onwards(study, study_frame.PROMPTS)


def _table(project: Project, prompts: tuple[StudyPrompt, ...]) -> None:
    pages = -(-len(prompts) // _SHOWN)
    slot = st.container()
    number = st.pagination(pages, key="studies.prompts.page") if pages > 1 else 1
    first = ((number or 1) - 1) * _SHOWN
    shown = prompts[first : first + _SHOWN]
    with slot:
        kit.show(
            "prompts", *map(_line, shown, service.texts(shell.actor(), project, shown)), key="studies.prompts.table"
        )


def _line(prompt: StudyPrompt, text: str) -> kit.Element:
    difficulty = " / ".join(
        f"{value:g} by {who}"
        for value, who in ((prompt.author_difficulty, "author"), (prompt.model_difficulty, "model"))
        if value
    )
    grown = kit.op(prompt.operation) if prompt.operation else None
    return h(
        "div",
        {"class": "l"},
        h("span", {"class": "dim num one", "title": prompt.key}, prompt.key),
        kit.read(text[:500], "s"),
        h("span", {"class": "dim one"}, prompt.skill or "no skill"),
        h("span", {"class": "lab num"}, difficulty or "no difficulty", h("br") if grown else None, grown),
    )


def _spread(prompts: tuple[StudyPrompt, ...], hard_from: float) -> None:
    """How many prompts of each skill, and of each difficulty: results are read along both."""
    skills = Counter(one.skill or "no skill" for one in prompts)
    said = [one.model_difficulty if one.author_difficulty is None else one.author_difficulty for one in prompts]
    known = [value for value in said if value is not None]
    hard = sum(value >= hard_from for value in known)
    levels = Counter(round(value) for value in known)
    words = f"{hard:,} hard ones ({hard_from:g} and up)" if known else "No difficulty is known."
    more = len(skills) - _SKILLS
    kit.show(
        "spread",
        h("div", {"class": "h"}, "By difficulty"),
        h("div", {"class": "lab"}, words),
        *(_bar(str(level), levels[level], max(levels.values())) for level in sorted(levels)),
        h("div", {"class": "h"}, "By skill"),
        *(_bar(skill, n, max(skills.values())) for skill, n in skills.most_common(_SKILLS)),
        h("div", {"class": "lab"}, f"and {count(more, 'more skill')}") if more > 0 else None,
        key="studies.spread",
    )


def _bar(name: str, n: int, most: int) -> kit.Element:
    track = h("div", {"class": "t"}, h("i", {"style": {"width": f"{100 * n / most:.1f}%"}}))
    return h("div", {"class": "s"}, h("span", {"class": "one"}, name), track, h("span", {"class": "num r"}, f"{n:,}"))


@st.dialog("Take other prompts")
def _confirm_clearing(project: Project, study: StudyNow) -> None:
    with shell.problems("studies.clear"):
        systems = (
            len(studies.systems(shell.actor(), project, study.id)) if study.design.task is not StudyTask.SIBLINGS else 0
        )
        lost = f" and the responses of {count(systems, 'system')}" if systems else ""
        if kit.is_removal_meant(
            f"These {count(study.prompts, 'prompt')}{lost} leave the study. Nothing else changes.", key="studies.clear"
        ):
            service.clear(shell.actor(), project, study.id)
            study_frame.to_step(study.id, study_frame.PROMPTS)
            st.rerun()
