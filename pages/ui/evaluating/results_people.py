"""Raters one by one; who is left out and why, and since when; what is counted nowhere."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from core.domain.study_results import Rest, TrialPick
from core.services.evaluating import result_people, result_rest, result_tables
from core.services.evaluating.result_people import PersonLine
from core.services.evaluating.results import Opened
from pages.ui import kit, shell
from pages.ui.evaluating import results_trials, results_work, study_excluded
from pages.ui.evaluating.results_asked import Asked
from pages.ui.evaluating.results_card import table_card
from pages.ui.evaluating.results_words import agreement_words, early_looks, percent, rate_words, share_words
from pages.ui.kit import h
from pages.ui.words import count, duration

_HEADS = ("Rater", "Judged", "Active time", "Chose the left", "Said the same again", "Attention")
_ABOUT = (
    "Active time: the median of a trial. Chose the left: of the votes that decided, the share that went to the text further left; 50 % is no"
    " bias. Said the same again: of the pairs in repeated trials. Attention: trials with a text of another prompt that it was ranked down in."
)
_REST = {
    Rest.PILOT: ("trial of the pilot", "trials of the pilot"),
    Rest.REPEATS: ("repeated trial", ""),
    Rest.ATTENTION: ("attention trial", ""),
    Rest.UNPARSEABLE: ("reply that could not be read", "replies that could not be read"),
    Rest.OF_EXCLUDED: ("trial of who was left out", "trials of who was left out"),
    Rest.EXCLUDED: ("trial that was left out", "trials that were left out"),
    Rest.MISSING: ("response that a system does not have", "responses that systems do not have"),
    Rest.UNCOMPARED: ("prompt that nobody has compared texts of", "prompts that nobody has compared texts of"),
}


def body(opened: Opened, asked: Asked) -> None:
    work = partial(result_people.people, opened, asked.view)
    found = results_work.ask(opened, ("people", asked.view), work, "Raters one by one")
    if found is not None:
        _people(found)
    _left(opened)
    _leave_out(opened)
    _not_counted(result_rest.not_counted(opened, asked.view))


def _people(found: tuple[PersonLine, ...]) -> None:
    header = h(
        "tr", *(h("th", {"scope": "col", "class": "" if at == 0 else "r"}, head) for at, head in enumerate(_HEADS))
    )
    data = result_tables.lines(
        ("rater", "kind", "judged", "revised", "active_s", "left", "left_low", "left_high", "again", "again_n", "attention_passed", "attention_n", "left_out"),
        [
            (one.name, one.kind, one.judged, one.revised, one.active_s, one.position.value, one.position.low, one.position.high,
             one.again.same.value, one.again.same.n, one.attention.k, one.attention.n, one.left.reason if one.left else "")
            for one in found
        ],
    )  # fmt: skip
    table = h("table", h("thead", header), h("tbody", *(_person(one) for one in found)))
    pressed = table_card(
        "people", "Raters", "a number opens its trials", table, h("p", {"class": "lab"}, _ABOUT), data=data
    )
    if pressed:
        results_trials.pick(pressed)


def _person(one: PersonLine) -> kit.Element:
    again = "none repeated"
    if one.again.same.value is not None:
        again = f"{percent(one.again.same.value)} of {one.again.same.n:,}, kappa {agreement_words(one.again.kappa)}"
    trials = h(
        "button",
        {"class": "lk num", "data-action": str(TrialPick(person=one.id)), "title": f"The trials of {one.name}"},
        f"{one.judged:,}",
    )
    left = h("span", {"class": "lab"}, f" left out: {one.left.reason}") if one.left else None
    kind = h("span", {"class": "lab"}, f" {one.kind}") if one.kind != "human" else None
    cells = (
        "–" if one.active_s is None else duration(one.active_s),
        rate_words(one.position),
        again,
        share_words(one.attention, "none given"),
    )
    return h(
        "tr", {"key": one.id, "class": "out" if one.left else ""},
        h("th", {"scope": "row", "class": "nm"}, one.name, kind, left),
        h("td", {"class": "r"}, trials),
        *(h("td", {"class": "r num"}, cell) for cell in cells),
    )  # fmt: skip


def _left(opened: Opened) -> None:
    """Who is out, why, and whether somebody could know who was who when that was decided."""
    names = {rater.id: rater.name for rater in opened.raters}
    rows = [
        h(
            "tr", h("th", {"scope": "row", "class": "nm"}, _subject(one.subject, names)), h("td", {"class": "wide"}, one.reason),
            h("td", kit.mark("error", "after unblinding") if one.after_unblinding else kit.mark("saved", "before unblinding")),
        )
        for one in result_people.left_out(opened).values()
    ]  # fmt: skip
    looks = [h("p", {"class": "lab"}, f"Early look, {look}") for look in early_looks(opened)]
    nothing = h("p", {"class": "dim"}, "Nobody and nothing.")
    pressed = table_card(
        "left",
        "Left out of every number",
        "with a reason, here or on the study's own page; a trial in the list of its number",
        h("table", h("tbody", *rows)) if rows else nothing,
        *looks,
    )
    if pressed:
        results_trials.pick(pressed)


def _leave_out(opened: Opened) -> None:
    """Whom else: it is said to be after unblinding, since results are open here."""
    here = {rater.id: rater.name for rater in opened.raters if rater.id not in result_people.left_out(opened)}
    if here and st.button("Leave somebody out…", key="results.exclude"):
        study_excluded.ask(shell.project(), opened.study, here)


def _subject(subject: str, names: dict[str, str]) -> kit.Element | str:
    """A rater, who opens their trials, or one trial."""
    if subject not in names:
        return f"trial {subject[:8]}"
    return h("button", {"class": "lk", "data-action": str(TrialPick(person=subject))}, names[subject])


def _not_counted(found: Mapping[Rest, int]) -> None:
    lines = [
        h(
            "li",
            h("button", {"class": "lk", "data-action": str(TrialPick(rest=rest))}, count(found[rest], word, many)),
        )
        for rest, (word, many) in _REST.items()
        if found[rest]
    ]
    nothing = h("p", {"class": "dim"}, "Everything that was judged is counted, and nothing is missing.")
    pressed = table_card("rest", "Behind no number", "kept, and shown here only", h("ul", *lines) if lines else nothing)
    if pressed:
        results_trials.pick(pressed)
