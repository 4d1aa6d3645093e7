"""Verdicts or all votes as figures: wins, ties and losses, win rates by skill and difficulty, every pair. Loads plotly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.study_results import Bout, Part, Reduction, WinRate
from core.figures import study as figures
from core.figures import study_grids as grids
from core.figures.look import Palette, palette
from core.services.evaluating import result_tables, result_views
from core.services.evaluating.results import Opened
from pages.ui.evaluating import results_work
from pages.ui.evaluating.results_asked import Asked
from pages.ui.evaluating.results_card import card

_PARTS = {Part.SKILL: "skill", Part.EPOCH: "epoch", Part.OPERATION: "operation", Part.DIFFICULTY: "difficulty"}
_OUTCOMES_PX, _CARD_PX = 34 + 57, 100  # a bar's figure, and what a card adds around one


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Everything that the figures show."""

    each: tuple[Bout, ...]
    dots: tuple[Bout, ...]
    curve: tuple[Bout, ...]
    pairs: tuple[Bout, ...]


def body(opened: Opened, asked: Asked) -> None:
    """The whole view. Of all votes, intervals come when they are worked out; everything else is there at once."""
    work = None
    if asked.view.reduction is Reduction.VOTES:
        key = ("votes", asked.view, asked.of, asked.against, asked.told_by)
        work = results_work.ask(opened, key, lambda told: _found(opened, asked, told), "95 % intervals of all votes")
    found = work if work is not None else _found(opened, asked, None)
    left, right = st.columns([1.08, 1], gap="medium")
    with left:
        _outcomes(opened, asked, found)
        if found.curve:
            _curve(opened, asked, found)
        if len(opened.contestants) > 2:
            _pairs(opened, asked, found)
    with right:
        _dots(opened, asked, found)


def _found(opened: Opened, asked: Asked, told: Callable[[int, int], None] | None) -> _Found:
    """Four rounds of work; resampled if `told` is given."""
    view, of, against = asked.view, asked.of, asked.against
    has_difficulty = Part.DIFFICULTY in result_views.parts_told(opened, view.hard.of)

    def part(number: int) -> Callable[[int, int], None] | None:
        return None if told is None else lambda done, total: told(number * total + done, 4 * total)

    return _Found(
        each=result_views.against_each(opened, view, of, part(0)),
        dots=result_views.by_part(opened, view, of, against, asked.told_by, part(1)),
        curve=result_views.by_part(opened, view, of, against, Part.DIFFICULTY, part(2)) if has_difficulty else (),
        pairs=result_views.of_every_pair(opened, view, part(3)),
    )


def _colours() -> Palette:
    return palette(st.context.theme.type)


def _least(opened: Opened) -> int:
    return opened.study.design.least_n


def _names(opened: Opened) -> dict[str, str]:
    return {one.id: one.name for one in opened.contestants}


def _unit(asked: Asked) -> str:
    return "votes" if asked.view.reduction is Reduction.VOTES else "prompts"


def _n_words(asked: Asked) -> str:
    """What a rate divides by."""
    return f"{_unit(asked)} with a winner" if asked.view.rate is WinRate.DECISIVE else _unit(asked)


def _outcomes(opened: Opened, asked: Asked, found: _Found) -> None:
    data = result_tables.bouts(found.each, _names(opened), "opponent", asked.view.rate.formula)
    note = f"{opened.contestants[asked.of].name} against each; a click opens its {'trials' if _unit(asked) == 'votes' else 'prompts'}"
    card("outcomes", "Win, tie, loss", note, figures.outcomes(found.each, _colours()), data, said=_said(found.each))


def _curve(opened: Opened, asked: Asked, found: _Found) -> None:
    data = result_tables.bouts(found.curve, _names(opened), "difficulty", asked.view.rate.formula)
    figure = figures.curve(found.curve, _colours(), least_n=_least(opened), cut=asked.view.hard.cut)
    note = f"{asked.view.hard.of.words}, {asked.view.rate.formula}, against {opened.contestants[asked.against].name}"
    card("difficulty", "Win rate by difficulty", note, figure, data, said=_said(found.curve))


def _dots(opened: Opened, asked: Asked, found: _Found) -> None:
    by = _PARTS[asked.told_by]
    data = result_tables.bouts(found.dots, _names(opened), by, asked.view.rate.formula)
    beside = _OUTCOMES_PX + 57 * max(0, len(found.each) - 1) + ((296 + _CARD_PX) if found.curve else 0)
    figure = figures.rates(found.dots, _colours(), least_n=_least(opened), height=min(beside, 720))
    note = f"against {opened.contestants[asked.against].name}; n: {_n_words(asked)}; grey below {_least(opened)}"
    card(by, f"Win rate by {by}", note, figure, data, said=_said(found.dots))


def _pairs(opened: Opened, asked: Asked, found: _Found) -> None:
    data = result_tables.bouts(found.pairs, _names(opened), "pair", asked.view.rate.formula)
    order = sorted(opened.contestants, key=lambda one: -_mean_rate(found.pairs, one.id))
    figure = grids.grid(found.pairs, [(one.id, one.name) for one in order], _colours(), least_n=_least(opened))
    note = f"how often the row beats the column, {asked.view.rate.formula}"
    card("pairs", "Every pair", note, figure, data, said=_said(found.pairs))


def _mean_rate(pairs: Sequence[Bout], of: str) -> float:
    rates = [one.rate.value for one in pairs if one.pick.of == of and one.rate.value is not None]
    return sum(rates) / len(rates) if rates else 0.0


def _said(bouts: Sequence[Bout]) -> str:
    return "; ".join(figures.in_words(one) for one in bouts)
