"""The view Survival: the funnel, and below it rates, cost, difficulty or length of the same scope."""

from collections.abc import Callable

import streamlit as st

from core.domain.explore import Scope
from core.domain.survival import Funnel
from core.figures import explore as figures
from core.services.projects import Project
from core.services.reviewing.queue_address import as_text
from pages.ui import kit, shell
from pages.ui.exploring import behind, card, survival_cost, survival_measures, survival_rates
from pages.ui.kit import h
from pages.ui.words import count

RATES = "rates"
SHOWN: dict[str, tuple[str, Callable[[Project, Scope], None]]] = {
    RATES: ("Rates", survival_rates.show),
    "cost": ("Cost", survival_cost.show),
    "difficulty": ("Difficulty", survival_measures.difficulty),
    "length": ("Length", survival_measures.length),
}


def show(project: Project, scope: Scope) -> None:
    """Draw it for this scope."""
    found = shell.studio().survival.funnel(shell.actor(), project, scope)
    if found.is_empty:
        words = f"Nothing was grown in “{scope.title}” yet. Choose another scope, or everything."
        kit.show("empty", h("p", words), key="explore.survival.empty")
        return
    table = card.Rows(
        columns=("step", "instructions", "share of the step before"),
        rows=tuple((step.name, step.n, found.share(at)) for at, step in enumerate(found.steps)),
        behind=tuple(as_text(step.wanted) if step.wanted else "" for step in found.steps),
    )
    said = "; ".join(f"{step.name} {figures.step_in_words(found, at)}" for at, step in enumerate(found.steps))
    note = "every bar opens its instructions"
    card.figure(
        "funnel",
        "From seeds to what was accepted",
        note,
        figures.funnel(found, as_text, card.colours()),
        table,
        said=said,
    )
    _beside(found)
    SHOWN[_shown()][1](project, scope)


def _beside(found: Funnel) -> None:
    """What the funnel leaves out."""
    notes = []
    if found.failed:
        notes.append(
            f"{count(found.failed, 'child', 'children')} failed: their calls brought nothing that could be used"
        )
    if found.waiting:
        notes.append(f"{found.waiting:,} wait for the machine")
    if found.overridden.n:
        notes.append(f"people accepted {found.overridden.n:,} that the machine had eliminated")
    if not notes:
        return
    said = "; ".join(notes)
    link = h("button", {"class": "lk", "data-action": "open"}, "Open them") if found.overridden.n else None
    line = h("p", {"class": "lab sent"}, f"Beside it: {said}. ", link)
    if kit.show("results", line, key="explore.survival.beside") and found.overridden.wanted:
        behind.follow(as_text(found.overridden.wanted), "Accepted all the same")


def _shown() -> str:
    """Which numbers: it stands in the address."""
    asked = st.query_params.get("show", RATES)
    shown = asked if asked in SHOWN else RATES
    st.session_state["explore.show"] = shown
    with st.container(horizontal=True, vertical_alignment="center", key="explore_show_bar"):
        st.segmented_control(
            "Numbers", list(SHOWN), format_func=lambda one: SHOWN[one][0], key="explore.show", label_visibility="collapsed",
            required=True, on_change=_look,
        )  # fmt: skip
        if shown == RATES:
            survival_rates.choose()
    return shown


def _look() -> None:
    behind.forget()
    chosen = st.session_state["explore.show"]
    if chosen == RATES:
        st.query_params.pop("show", None)
    else:
        st.query_params["show"] = chosen
