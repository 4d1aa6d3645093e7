"""Step 4 of a study: who judges, how much, how raters are checked, and what that can show."""

import streamlit as st

from core.domain.study import MOST_RESPONSES, StudyTask
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_frame, study_link, study_power
from pages.ui.evaluating.study_field import Fields, share
from pages.ui.kit import h

_MOST_JUDGMENTS = 50
_EVERY = "every set"


def page(project: Project, study: StudyNow) -> None:
    fields = Fields(project=project, study=study)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        with st.container(border=True, key="studies_people_card"):
            _people(fields)
        with st.container(border=True, key="studies_much_card"):
            _how_much(fields)
        with st.expander("Checks of the raters: repeats and attention", key="studies.raters.checks"):
            _checks(fields)
        with st.expander("For the results: hard prompts, small n, chance", key="studies.raters.results"):
            _for_results(fields)
        study_frame.onwards(study, study_frame.RATERS)
    with right, st.container(border=True, key="studies_power_card"):
        study_power.card(project, study)


def _people(fields: Fields) -> None:
    design = fields.study.design
    about = "Without a choice, whoever has the link takes part: they give a name and land on the texts, and are shown nothing else."
    kit.show(
        "hint", h("div", {"class": "h"}, "Who judges"), h("p", {"class": "lab"}, about), key="studies.people.about"
    )
    people = {
        one.id: one.name for one in shell.studio().people.list(shell.actor()) if one.active or one.id in design.people
    }
    st.multiselect(
        "Only these people", list(people), list(design.people), format_func=lambda one: people.get(one, "somebody who is gone"),
        placeholder="whoever has the link", **fields.bind("people", tuple),
    )  # fmt: skip
    study_link.card(fields.project, fields.study, people)


def _how_much(fields: Fields) -> None:
    design, id_ = fields.study.design, fields.study.id
    kit.show("hint", h("div", {"class": "h"}, "How much"), key="studies.much.about")
    one, two, three = st.columns(3)
    one.number_input(
        "People who judge each", 1, _MOST_JUDGMENTS, design.judgments,
        help="So many different people judge the same responses. From 3 on, most votes decide.", **fields.bind("judgments", int),
    )  # fmt: skip
    least = 1 if design.task is StudyTask.LIKERT else 2
    beside = fields.bind("per_trial", int)
    beside["disabled"] = beside["disabled"] or design.task is StudyTask.PAIR
    two.number_input(
        "Side by side", least, MOST_RESPONSES, design.per_trial,
        help="At most so many responses in one trial. With more systems, balanced sets of them take turns.", **beside,
    )  # fmt: skip
    systems = len(studies.systems(shell.actor(), fields.project, id_))
    if systems > design.per_trial:
        three.number_input(
            "Sets of each prompt", 0, 100, design.sets_per_prompt,
            help="0 shows every set of systems for every prompt. Fewer take turns over the prompts, each pair equally often.",
            **fields.bind("sets_per_prompt", int),
        )  # fmt: skip


def _checks(fields: Fields) -> None:
    design = fields.study.design
    one, two = st.columns(2)
    one.slider(
        "Own trials that come again, in another order", 0, 50, round(100 * design.repeat_share), 5, format="%d %%",
        help="Whether somebody says the same twice. They count in no result.", **fields.bind("repeat_share", share),
    )  # fmt: skip
    two.slider(
        "Attention checks", 0, 50, round(100 * design.attention_share), 5, format="%d %%",
        help="One response belongs to another prompt; who reads ranks it low. They count in no result.",
        **fields.bind("attention_share", share),
    )  # fmt: skip


def _for_results(fields: Fields) -> None:
    design = fields.study.design
    one, two, three = st.columns(3)
    one.number_input(
        "Hard from difficulty", 1.0, 10.0, design.hard_from, 0.5, help="The preset cut of results by difficulty.",
        **fields.bind("hard_from", float),
    )  # fmt: skip
    two.number_input(
        "Grey below n =",
        0,
        1_000,
        design.least_n,
        help="Numbers of fewer prompts stand grey.",
        **fields.bind("least_n", int),
    )
    three.number_input(
        "Random seed", 0, 2**31 - 1, design.rng_seed, help="The order of trials and of responses is drawn from it.",
        **fields.bind("rng_seed", int),
    )  # fmt: skip
