"""Rates of survival or acceptance, by everything that they can be told by."""

import streamlit as st

from core.domain.explore import Scope
from core.domain.survival import Part, Rates, Told
from core.figures import explore as figures
from core.figures.rates import share_in_words
from core.services.projects import Project
from core.services.reviewing.queue_address import as_text
from pages.ui import kit, shell
from pages.ui.exploring import behind, card
from pages.ui.kit import h

SURVIVED, ACCEPTED = "survived", "accepted"
_WORDS = {SURVIVED: "Survived", ACCEPTED: "Accepted"}
_NOTES = {
    SURVIVED: "of those that were decided",
    ACCEPTED: "of the survivors that people decided",
}
_MOST = 14  # rows of a figure; its table has all
_LEFT, _RIGHT = (Part.OPERATION, Part.EPOCH, Part.MODEL, Part.PROMPTS), (Part.SKILL, Part.RULE)


def show(project: Project, scope: Scope) -> None:
    """95 % intervals (Wilson), hollow where n is small."""
    found = shell.studio().survival.rates(shell.actor(), project, scope)
    chosen = asked()
    if chosen == ACCEPTED and not found.accepted:
        words = (
            "Nobody has decided about a survivor here yet. What people accept is counted here as soon as they review."
        )
        kit.show("empty", h("p", words), key="explore.rates.empty")
    left, right = st.columns(2, gap="small")
    with left:
        _cards(found, _LEFT, chosen)
    with right:
        _cards(found, _RIGHT, chosen)


def asked() -> str:
    """What is counted: it stands in the address."""
    named = st.query_params.get("rate", SURVIVED)
    return named if named in _WORDS else SURVIVED


def choose() -> None:
    """Which of both."""
    st.session_state["explore.rate"] = asked()
    st.segmented_control(
        "Rate", list(_WORDS), format_func=_WORDS.__getitem__, key="explore.rate", label_visibility="collapsed",
        required=True, on_change=_look,
    )  # fmt: skip


def _look() -> None:
    behind.forget()
    chosen = st.session_state["explore.rate"]
    if chosen == SURVIVED:
        st.query_params.pop("rate", None)
    else:
        st.query_params["rate"] = chosen


def _cards(found: Rates, parts: tuple[Part, ...], chosen: str) -> None:
    for part in parts:
        told = found.of(part, by_people=chosen == ACCEPTED)
        if told:
            _card(part, told, chosen)


def _card(part: Part, told: tuple[Told, ...], chosen: str) -> None:
    is_rule = part is Part.RULE
    what = "passed" if is_rule else chosen
    note = "of those it checked; a click opens what failed" if is_rule else _NOTES[chosen]
    more = f"; the {_MOST} largest of {len(told)}" if len(told) > _MOST else ""
    figure = figures.rates(told[:_MOST], as_text, card.colours(), what=what)
    said = "; ".join(f"{one.label}: {share_in_words(one.share)}" for one in told[:_MOST])
    table = card.Rows(
        columns=(part.label, what, "n", "share", "low", "high", "could not be told"),
        rows=tuple(
            (one.label, one.share.k, one.share.n, one.share.value, one.share.low, one.share.high, one.unclear)
            for one in told
        ),
        behind=tuple(as_text(one.wanted) if one.wanted else "" for one in told),
    )
    card.figure(f"rates_{part}", f"{what.capitalize()}, by {part.label}", note + more, figure, table, said=said)
