"""Prompts out of the project itself: a stratified sample of what people accepted, or parents with their children."""

import streamlit as st

from core.domain.study_import import Sample, Spread, Stratum
from core.domain.study_now import StudyNow
from core.services.evaluating import study_sampling
from core.services.projects import Project
from core.services.reviewing import queues
from pages.ui import kit, shell
from pages.ui.evaluating import study_report
from pages.ui.kit import h
from pages.ui.words import count

_SPREADS = {Spread.EVEN: "Evenly", Spread.PROPORTIONAL: "As in the dataset"}


def accepted(project: Project, study: StudyNow) -> None:
    """How many, spread over what; drawn by the study's seed, so that the same sample can be drawn again."""
    wanted = Sample(n=1).wanted
    there = queues.count(shell.actor(), project, wanted)
    text = f"{count(there, 'instruction')} of this project {'is' if there == 1 else 'are'} accepted. A sample is spread over what you choose, and drawn by the study's random seed."
    if not there:
        text = "A sample of accepted instructions, spread over skill, difficulty and epoch. Nothing is accepted in this project yet: Review does that."
    kit.show(
        "way", h("div", {"class": "h"}, "A sample of what people accepted"), h("div", text), key="studies.sample.words"
    )
    if there:
        _ask(project, study, there)


def _ask(project: Project, study: StudyNow, there: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.number_input("Prompts", 1, there, min(there, 100), key="studies.sample.n", width=140)
        over = st.multiselect(
            "Spread over",
            list(Stratum),
            list(Sample(n=1).over),
            format_func=str.capitalize,
            key="studies.sample.over",
            width=360,
        )
        spread = st.selectbox(
            "How", list(_SPREADS), format_func=_SPREADS.__getitem__, key="studies.sample.spread", width=190
        )
        go = st.button("Take a sample", key="studies.sample.go")
    if go:
        with shell.problems("studies.sample"):
            sample = Sample(n=int(n), over=tuple(over), spread=spread, rng_seed=study.design.rng_seed)
            study_report.keep(study_sampling.sample(shell.actor(), project, study.id, sample))
            st.rerun()


def families(project: Project, study: StudyNow) -> None:
    """Parents with two children or more: each is a prompt, and its children stand side by side."""
    there = study_sampling.count_families(shell.actor(), project)
    text = "Parents that have at least two surviving children. Each is shown above its children, which raters rank as instructions."
    kit.show("way", h("div", {"class": "h"}, "Families of this project"), h("div", text), key="studies.families.words")
    if not there:
        kit.show(
            "empty", h("p", "No parent has two children yet: a branching run makes some."), key="studies.families.none"
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.number_input(f"Families, of {there:,}", 1, there, min(there, 100), key="studies.families.n", width=180)
        if st.button("Take families", type="primary", key="studies.families.go"):
            with shell.problems("studies.families"):
                study_report.keep(study_sampling.take_families(shell.actor(), project, study.id, int(n)))
                st.rerun()
