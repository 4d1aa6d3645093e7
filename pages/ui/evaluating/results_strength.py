"""Where each contestant stands: strengths with intervals, mean ranks, and strengths at equal length. Loads plotly."""

from functools import partial

import streamlit as st

from core.domain.study_results import Level, TrialPick
from core.figures import study_grids as grids
from core.figures.look import palette
from core.services.evaluating import result_numbers, result_tables
from core.services.evaluating.result_numbers import Strengths
from core.services.evaluating.results import Opened
from pages.ui import kit
from pages.ui.evaluating import results_trials, results_work
from pages.ui.evaluating.results_asked import Asked
from pages.ui.evaluating.results_card import card, table_card
from pages.ui.evaluating.results_words import number_words
from pages.ui.kit import h

_ABOUT = (
    "Length: what a text gains in log-odds by being 2.7 times as long as the other. Position: by standing one place further left. "
    "Strengths at equal length and position are from a logistic model with errors clustered by prompt or seed."
)


def body(opened: Opened, asked: Asked) -> None:
    work = partial(result_numbers.strengths, opened, asked.view)
    found = results_work.ask(opened, ("strength", asked.view), work, "Strengths and their 95 % intervals")
    if found is None:
        return
    colours, least = palette(st.context.theme.type), opened.study.design.least_n
    left, right = st.columns(2, gap="medium")
    with left:
        note = "Bradley–Terry, log-odds, their mean is 0; a tie is half a win"
        figure = grids.forest(found.strengths, colours, least_n=least, zero=0.0)
        card(
            "strength",
            "Strength",
            note,
            figure,
            result_tables.levels(found.strengths, "strength"),
            said=_said(found.strengths),
        )
    with right:
        scale = "score" if found.is_score else "rank"
        note = "higher is better" if found.is_score else "1 is the best"
        figure = grids.forest(found.places, colours, least_n=least)
        card(
            "places",
            f"Mean {scale}",
            note,
            figure,
            result_tables.levels(found.places, f"mean {scale}"),
            said=_said(found.places),
        )
    _adjusted(found, asked)


def _said(levels: tuple[Level, ...]) -> str:
    return "; ".join(f"{level.name}: {number_words(level.estimate)}" for level in levels)


def _adjusted(found: Strengths, asked: Asked) -> None:
    """Plain beside adjusted, and what length and position are worth."""
    equal = {level.id: level for level in found.adjusted}
    rows = [
        (level.name, number_words(level.estimate), number_words(equal[level.id].estimate)) for level in found.strengths
    ]
    worth = [("Length", "", number_words(found.length)), ("Position", "", number_words(found.position))]
    heads = ("", "Strength", "At equal length and position")
    data = result_tables.lines(("what", "strength", "at equal length and position"), [*rows, *worth])
    all_of_them = TrialPick(person=asked.view.judged.by)
    pressed = table_card(
        "adjusted",
        "Length as a covariate",
        "95 % intervals",
        _table(
            heads,
            [*rows, *worth],
            [*(TrialPick(of=level.id) for level in found.strengths), *[all_of_them] * len(worth)],
        ),
        h("p", {"class": "lab"}, _ABOUT),
        data=data,
    )
    if pressed:
        results_trials.pick(pressed)


def _table(heads: tuple[str, ...], rows: list[tuple[str, str, str]], opens: list[TrialPick]) -> kit.Element:
    """Each row's name opens what it is worked out of."""
    header = h(
        "tr", *(h("th", {"scope": "col", "class": "" if at == 0 else "r"}, head) for at, head in enumerate(heads))
    )
    body = (
        h(
            "tr",
            h("th", {"scope": "row", "class": "nm"}, h("button", {"class": "lk", "data-action": str(chosen)}, name)),
            *(h("td", {"class": "r num"}, cell) for cell in cells),
        )
        for (name, *cells), chosen in zip(rows, opens, strict=True)
    )
    return h("table", h("thead", header), h("tbody", *body))
