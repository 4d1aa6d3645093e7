"""What of a study's results is looked at: it stands in the address, and widgets change it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from core.domain.study import RaterKind
from core.domain.study_results import Difficulty, Part, Reduction, WinRate
from core.services.evaluating import result_views
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Hardness, Opened, Selection

T = TypeVar("T", bound=str)

VERDICTS, VOTES, STRENGTH, AGREEMENT, PEOPLE = VIEWS = ("verdicts", "votes", "strength", "agreement", "people")
_VIEW_WORDS = {VERDICTS: "Verdicts", VOTES: "All votes", STRENGTH: "Strength", AGREEMENT: "Agreement", PEOPLE: "People"}
ALL, HARD = "all", "hard"
_JUDGES = {
    RaterKind.HUMAN: "people",
    RaterKind.IMPORTED: "imported judgments",
    RaterKind.SIMULATED: "simulated annotators",
}
_CUTS = [float(cut) for cut in range(2, 11)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """`prompts` is what the first row of choices says: all, hard, epoch or operation. `of` and `against` are contestants' numbers."""

    shown: str
    prompts: str
    of: int
    against: int
    view: View

    @property
    def told_by(self) -> Part:
        """By what the dots stand apart."""
        return Part(self.prompts) if self.prompts in (Part.EPOCH, Part.OPERATION) else Part.SKILL


def read(opened: Opened) -> Asked:
    """From the address; what it does not say, or says of things that are not there, is the usual."""
    ids = [one.id for one in opened.contestants]
    of = _one_of("of", ids, ids[0])
    others = [id_ for id_ in ids if id_ != of]
    shown = _one_of("view", VIEWS, VERDICTS)
    prompts = _one_of("prompts", (ALL, HARD, Part.EPOCH, Part.OPERATION), ALL)
    keys = [one.key for one in opened.criteria]
    judged = Selection(by=_one_of("by", opened.judges, opened.judges[0]), criterion=_one_of("criterion", keys, keys[0]))
    hard = Hardness(of=difficulty(opened), cut=_cut(opened), only=prompts == HARD)
    rate = WinRate(_one_of("rate", tuple(WinRate), WinRate.DECISIVE))
    reduction = Reduction.VOTES if shown == VOTES else Reduction.VERDICTS
    return Asked(
        shown=shown, prompts=prompts, of=ids.index(of), against=ids.index(_one_of("against", others, others[0])),
        view=View(judged=judged, hard=hard, reduction=reduction, rate=rate, seed=opened.study.design.rng_seed),
    )  # fmt: skip


def difficulty(opened: Opened) -> Difficulty:
    """The one that is asked for; else the author's where there is one."""
    told = difficulties(opened)
    return Difficulty(_one_of("difficulty", tuple(Difficulty), told[0] if told else Difficulty.AUTHOR))


def difficulties(opened: Opened) -> list[Difficulty]:
    return [one for one in Difficulty if Part.DIFFICULTY in result_views.parts_told(opened, one)]


def _cut(opened: Opened) -> float:
    try:
        return float(st.query_params.get("cut", ""))
    except ValueError:
        return opened.study.design.hard_from


def _one_of(name: str, known: Sequence[T], usual: T) -> T:
    asked = st.query_params.get(name)
    return next((one for one in known if one == asked), usual)


def put(name: str, value: str) -> None:
    st.query_params[name] = value
    st.query_params.pop("pick", None)


def controls(opened: Opened, asked: Asked) -> None:
    """Two rows: which prompts and which view; then of whom, against whom, judged by whom, and how it is counted."""
    with st.container(horizontal=True, vertical_alignment="center", key="results_what"):
        if asked.shown != PEOPLE:
            _segments(
                "Prompts", "prompts", _prompts(opened, asked), asked.prompts, lambda one: _prompts_words(one, asked)
            )
        _segments("View", "view", VIEWS, asked.shown, _VIEW_WORDS.__getitem__)
    with st.container(horizontal=True, vertical_alignment="center", key="results_who"):
        names = {one.id: one.name for one in opened.contestants}
        ids = list(names)
        if asked.shown in (VERDICTS, VOTES):
            _select("Of", "of", ids, ids[asked.of], names.__getitem__)
            others = [id_ for id_ in ids if id_ != ids[asked.of]]
            _select("Against", "against", others, ids[asked.against], lambda one: f"against {names[one]}")
        if len(opened.judges) > 1:
            _select(
                "Judged by",
                "by",
                opened.judges,
                asked.view.judged.by,
                lambda one: f"judged by {judge_words(opened, one)}",
            )
        if len(opened.criteria) > 1:
            labels = {one.key: one.label for one in opened.criteria}
            _select(
                "Criterion", "criterion", list(labels), asked.view.judged.criterion, lambda one: f"on {labels[one]}"
            )
        if asked.shown != PEOPLE:
            _counting(opened, asked)


def _counting(opened: Opened, asked: Asked) -> None:
    """How rates are counted, and what is hard."""
    told = difficulties(opened)
    with st.popover("How it is counted", width="content"):
        _select("Win rate", "rate", list(WinRate), asked.view.rate, lambda one: WinRate(one).formula, hidden=False)
        if told:
            _select(
                "Difficulty", "difficulty", told, asked.view.hard.of, lambda one: Difficulty(one).words, hidden=False
            )
            cuts = sorted({*_CUTS, asked.view.hard.cut, opened.study.design.hard_from})
            _select("Hard from", "cut", [f"{cut:g}" for cut in cuts], f"{asked.view.hard.cut:g}", str, hidden=False)


def _prompts(opened: Opened, asked: Asked) -> list[str]:
    """What these prompts can be told by; a strength, or agreement, is told of all or of the hard ones."""
    told = result_views.parts_told(opened, difficulty(opened))
    parts = [part for part in (Part.EPOCH, Part.OPERATION) if part in told and asked.shown in (VERDICTS, VOTES)]
    return [ALL, *([HARD] if Part.DIFFICULTY in told else []), *parts]


def _prompts_words(one: str, asked: Asked) -> str:
    hard = f"Hard only ({asked.view.hard.cut:g} and up)"
    return {ALL: "All prompts", HARD: hard, Part.EPOCH: "Epoch", Part.OPERATION: "Operation"}[one]


def judge_words(opened: Opened, by: str) -> str:
    """People, simulated annotators, or a model judge's name."""
    names = {rater.id: rater.name for rater in opened.raters}
    return _JUDGES[RaterKind(by)] if by in set(RaterKind) else names.get(by, by)


def _segments(label: str, name: str, options: Sequence[str], chosen: str, words: Callable[[str], str]) -> None:
    key = f"results.{name}"
    st.session_state[key] = chosen if chosen in options else options[0]
    st.segmented_control(
        label, options, format_func=words, key=key, label_visibility="collapsed", required=True,
        on_change=lambda: put(name, st.session_state[key]),
    )  # fmt: skip


def _select(
    label: str, name: str, options: Sequence[str], chosen: str, words: Callable[[str], str], *, hidden: bool = True
) -> None:
    key = f"results.{name}"
    st.session_state[key] = chosen
    st.selectbox(
        label, options, format_func=words, key=key, label_visibility="collapsed" if hidden else "visible", width=230,
        on_change=lambda: put(name, st.session_state[key]),
    )  # fmt: skip
