"""Difficulty and length of a scope by epoch, people against the model, and words added."""

import streamlit as st

from core.domain.explore import EVERYTHING, Scope, narrowed
from core.domain.operation import WORD_BUDGET
from core.domain.overview import Mean
from core.domain.study_numbers import Estimate
from core.domain.survival import Hardness, Length, Long, Scored
from core.figures import explore_measures as figures
from core.figures.rates import share_in_words
from core.services.projects import Project
from core.services.reviewing.queue_address import as_text
from pages.ui import kit, shell
from pages.ui.exploring import card
from pages.ui.kit import h

Cells = tuple[str | int | float | None, ...]


def difficulty(project: Project, scope: Scope) -> None:
    found = shell.studio().survival.hardness(shell.actor(), project, scope)
    if not found.epochs:
        words = (
            "No difficulty is known here. A run can score what it grows; people can be asked in a queue of their own."
        )
        kit.show("empty", h("p", words), key="explore.difficulty.empty")
        return
    left, right = st.columns(2, gap="small")
    with left:
        _by_epoch(found)
    with right:
        _people(found)


def _by_epoch(found: Hardness) -> None:
    table = card.Rows(
        columns=("epoch", "model", "low", "high", "n", "people", "people low", "people high", "people n", "the paper"),
        rows=tuple((_epoch(one.epoch), *_mean(one.model), *_mean(one.people), one.paper) for one in found.epochs),
        behind=tuple(as_text(one.by_model) for one in found.epochs),
    )
    note = "seeds and survivors; circles: the model, squares: people, dashed: the paper's means, by another rater"
    figure = figures.difficulty(found.epochs, as_text, card.colours())
    said = "; ".join(f"{_epoch(one.epoch)} {one.model.value or 0:.1f}" for one in found.epochs if one.model.value)
    card.figure("difficulty", "Difficulty by epoch", note, figure, table, said=said)


def _epoch(number: int) -> str:
    return f"Epoch {number}" if number else "Seeds"


def _mean(one: Mean) -> tuple[float | None, float | None, float | None, int]:
    return (one.value, one.low, one.high, one.n)


def _people(found: Hardness) -> None:
    if not found.pairs:
        with st.container(border=True, key="explore_people_card"):
            words = "Nobody has said yet how difficult these are. A queue that asks for the difficulty does, on the page Review."
            title = h("div", {"class": "hd"}, h("span", {"class": "h"}, "People against the model"))
            kit.show("results", title, h("p", {"class": "lab sent"}, words), key="explore.people.none")
        return
    table = card.Rows(
        columns=("instruction", "epoch", "model", "people", "people n"),
        rows=tuple((one.id[:8], one.epoch, one.judge, one.people, one.n) for one in found.pairs),
        behind=tuple(map(_address, found.pairs)),
    )
    figure = figures.two_scales(found.pairs, _address, card.colours())
    drawn = f", {figures.MOST_DRAWN:,} or fewer of them drawn" if len(found.pairs) > figures.MOST_DRAWN else ""
    note = f"{len(found.pairs):,} texts that both scored{drawn}; a click opens one"
    said = _agreement(found)
    card.figure("people", "People against the model", note, figure, table, said=said)
    kit.show("results", h("p", {"class": "lab sent"}, said), key="explore.people.said")


def _address(one: Scored) -> str:
    return as_text(narrowed(EVERYTHING, ids=(one.id,)))


def _agreement(found: Hardness) -> str:
    """In a sentence, with n and intervals; what cannot be told says why."""
    agreed = found.agreement
    more = agreed.more
    parts = (
        []
        if more.value is None
        else [f"People say {_signed(more.value)}{_between(more.low, more.high)} against the model on average"]
    )
    parts.append(f"Spearman {_estimate(agreed.spearman)}")
    parts.append(f"weighted kappa {_estimate(agreed.kappa)}")
    return f"{'; '.join(parts)}; n {more.n:,}."


def _estimate(one: Estimate) -> str:
    if one.value is None:
        return f"not told: {one.why}"
    return f"{one.value:.2f}{_between(one.low, one.high)}"


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low:.2f} to {high:.2f})".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def length(project: Project, scope: Scope) -> None:
    found = shell.studio().survival.length(shell.actor(), project, scope)
    left, right = st.columns(2, gap="small")
    with left:
        note = "seeds and survivors: median, middle half, 5 to 95 %"
        figure = figures.lengths(found.epochs, as_text, card.colours(), of_added=False)
        card.figure(
            "words",
            "Words by epoch",
            note,
            figure,
            _table(found, of_added=False),
            said=_said(found.epochs, of_added=False),
        )
        note = f"survivors against their parents; shaded: {WORD_BUDGET[0]} to {WORD_BUDGET[1]}"
        figure = figures.lengths([one for one in found.epochs if one.epoch], as_text, card.colours(), of_added=True)
        card.figure("added", "Words added by epoch", note, figure, _table(found, of_added=True), said=_said(found.epochs, of_added=True))  # fmt: skip
    with right:
        _added(found)


def _said(epochs: tuple[Long, ...], *, of_added: bool) -> str:
    told = ((one, one.added if of_added else one.words) for one in epochs)
    return "; ".join(figures.spread_in_words(_epoch(one.epoch), spread) for one, spread in told if spread is not None)


def _table(found: Length, *, of_added: bool) -> card.Rows:
    told = [(one, one.added if of_added else one.words) for one in found.epochs]
    return card.Rows(
        columns=("epoch", "n", "mean", "5 %", "25 %", "median", "75 %", "95 %"),
        rows=tuple((_epoch(one.epoch), spread.n, spread.mean, *spread.quantiles) for one, spread in told if spread),
        behind=tuple(as_text(one.wanted) for one, spread in told if spread),
    )


def _added(found: Length) -> None:
    def address(least: int | None, most: int | None) -> str:
        return as_text(narrowed(found.budgeted, added_from=least, added_to=most))

    table = card.Rows(
        columns=("words added", "instructions"),
        rows=tuple((f"{at:+d}", n) for at, n in sorted(found.added.items())),
        behind=tuple(address(at, at) for at in sorted(found.added)),
    )
    within = f"{share_in_words(found.within)} within {WORD_BUDGET[0]} to {WORD_BUDGET[1]}"
    note = f"the four operations that are asked for so many; {within}"
    figure = figures.added(found.added, address, card.colours())
    card.figure("budget", "Words added, each child", note, figure, table, said=within)
