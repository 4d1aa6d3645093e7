"""How a model is asked to judge: whom, pairs or single responses, by which words, and how its verdict is told."""

import streamlit as st

from core.domain.model_judge import JudgeMode, JudgeReading, JudgeVariant, JudgeWish
from core.domain.study import StudyTask
from core.services.evaluating.model_judge import words_of
from pages.ui import kit, shell
from pages.ui.evaluating import study_calls_view
from pages.ui.kit import h

_MODES = {JudgeMode.PAIR: "Pairs, in both orders", JudgeMode.SINGLE: "One by one, 1 to 10"}
_OWN = "own"
_VARIANTS = {
    JudgeVariant.BY_SKILL: "By each prompt's skill",
    JudgeVariant.GENERAL: "General",
    JudgeVariant.CODING: "Coding",
    JudgeVariant.MATHEMATICS: "Mathematics",
    JudgeVariant.EVOLUTION: "As instructions",
    _OWN: "Own words",
}
_READINGS = {
    JudgeReading.SCHEMA: "A schema that its reply must satisfy",
    JudgeReading.LOGPROBS: "How sure it is of its first word",
    JudgeReading.TEXT: "Its text",
}


def ask(task: StudyTask) -> JudgeWish:
    """The fields, for a dialog; siblings are judged as instructions."""
    one, two = st.columns(2)
    names = [endpoint.name for endpoint in shell.studio().endpoints.list(shell.actor())]
    endpoint = one.selectbox(
        "Endpoint",
        names,
        study_calls_view.usual_endpoint(names),
        format_func=study_calls_view.endpoint_name,
        key="studies.judges.endpoint",
    )
    mode = two.segmented_control(
        "What it judges", list(_MODES), default=JudgeMode.PAIR, format_func=_MODES.__getitem__, required=True,
        key="studies.judges.mode",
    )  # fmt: skip
    one, two = st.columns(2)
    usual = JudgeVariant.EVOLUTION if task is StudyTask.SIBLINGS else JudgeVariant.GENERAL
    offered = (
        [usual, _OWN] if task is StudyTask.SIBLINGS else [one for one in _VARIANTS if one != JudgeVariant.EVOLUTION]
    )
    words = one.selectbox("Its words", offered, format_func=_VARIANTS.__getitem__, key=f"studies.judges.words.{usual}")
    best = shell.studio().model_judges.reading_for(shell.actor(), endpoint)
    others = [best, *(reading for reading in _READINGS if reading is not best)]
    reading = two.selectbox(
        "How its verdict is told", others, format_func=_READINGS.__getitem__, key=f"studies.judges.{endpoint}.reading",
        help="The first is the surest that this endpoint can.",
    )  # fmt: skip
    return JudgeWish(
        endpoint=endpoint,
        mode=JudgeMode(mode or JudgeMode.PAIR),
        variant=usual if words == _OWN else JudgeVariant(words),
        reading=reading,
        own=_words(words, usual, JudgeMode(mode or JudgeMode.PAIR), reading),
    )


def _words(chosen: str, usual: JudgeVariant, mode: JudgeMode, reading: JudgeReading) -> str:
    """Own words, or the chosen ones to be read."""
    if chosen == _OWN:
        return st.text_area(
            "Who it is and what it looks at", words_of(usual, mode, reading), height=150, max_chars=8_000,
            key=f"studies.judges.own.{usual}", help="What it is shown and how it is to reply are added to this.",
        )  # fmt: skip
    with st.expander("What it is told", key="studies.judges.told"):
        by_skill = (JudgeVariant.GENERAL, JudgeVariant.CODING, JudgeVariant.MATHEMATICS)
        for one in by_skill if chosen == JudgeVariant.BY_SKILL else (JudgeVariant(chosen),):
            kit.show(
                "hint",
                h("b", _VARIANTS[one]),
                h("p", {"class": "lab"}, words_of(one, mode, reading)),
                key=f"studies.judges.told.{one}",
            )
    return ""
