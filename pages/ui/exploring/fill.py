"""Filling the emptiest cells first: what the first round would do, how far it is with the curve, and stopping it."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.domain.filling import MOST_ROUNDS, ROUNDS, SEEDS, FillingNow
from core.domain.run import Caps, SeedChoice
from core.domain.system import EMBEDDED
from core.services.growing import presets
from core.services.growing.estimate import estimate
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring.work import track
from pages.ui.growing import run_aim, run_caps
from pages.ui.kit import h
from pages.ui.words import count, money

_LOOK_S = 2.0
_ABOUT = (
    "Small runs, one after the other: each aims at the cell that has least by then, nearest to what is kept. They are runs like any"
    " other, and can be looked at under Runs."
)


def show(project: Project) -> None:
    """What it would do, or how it ended."""
    now = shell.studio().fillings.progress(shell.actor(), project)
    with st.container(border=True, key="explore_fill_card"):
        kit.show("cell", h("div", {"class": "h"}, "Fill the emptiest cells first"), key="explore.fill.title")
        if now is not None and not now.is_going:
            kit.show("cell", h("p", _ended(now)), key="explore.fill.ended")
        else:
            kit.show("cell", h("p", {"class": "lab"}, _ABOUT), key="explore.fill.about")
        if st.button("Set it up", key="explore.fill.open"):
            _dialog(project)


def is_going(project: Project) -> bool:
    now = shell.studio().fillings.progress(shell.actor(), project)
    return now is not None and now.is_going


@st.fragment(run_every=_LOOK_S)
def going(project: Project, curve: Callable[[], None]) -> None:
    """How far it is, with the curve as it grows; drawn anew when it has ended."""
    now = shell.studio().fillings.progress(shell.actor(), project)
    if now is None or not now.is_going:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="explore_filling"):
        with st.container(width="stretch"):
            kit.show("results", track(_how_far(now), len(now.done) / now.rounds), key="explore.fill.work")
        if st.button("Stop", key="explore.fill.stop"):
            shell.studio().fillings.stop(shell.actor(), project)
    curve()


@st.dialog("Fill the emptiest cells first", width="medium")
def _dialog(project: Project) -> None:
    with shell.problems("explore.fill"):
        _form(project)


def _form(project: Project) -> None:
    studio, actor = shell.studio(), shell.actor()
    one, two = st.columns(2)
    rounds = one.number_input("Rounds", 1, MOST_ROUNDS, ROUNDS, key="explore.fill.rounds")
    seeds = two.number_input("Seeds a round", 1, 1_000, SEEDS, key="explore.fill.seeds")
    names = [endpoint.name for endpoint in studio.endpoints.list(actor)]
    endpoint = st.selectbox(
        "Who evolves, answers and judges", names, key="explore.fill.endpoint",
        format_func=lambda name: "The embedded model" if name == EMBEDDED else name,
    )  # fmt: skip
    caps = run_caps.ask(Caps(), "explore.fill.caps")
    made = presets.settings(presets.QUICK, name="Fill", endpoint=endpoint, seeds=SeedChoice(), rng_seed=1)
    made = studio.endpoints.with_defaults(actor, made)
    first = studio.fillings.first(actor, project, made, int(seeds))
    if first is None:
        kit.show("cell", h("p", "No skill has a seed that could grow up to an empty cell."), key="explore.fill.none")
        return
    cell, settings = first
    said = estimate(actor, project, settings, studio.endpoints.cast(actor, settings), settings.seeds.limit or 0)
    price = "nothing" if endpoint == EMBEDDED else money(said.usd)
    words = f"The first round aims at {run_aim.in_words(cell)}: about {count(said.calls, 'call')}, {price}. The caps hold for all rounds together."
    kit.show("cell", h("p", words), key="explore.fill.first")
    if st.button("Fill", type="primary", key="explore.fill.go"):
        studio.fillings.begin(actor, project, replace(made, caps=caps), rounds=int(rounds), seeds=int(seeds))
        st.rerun()


def _how_far(now: FillingNow) -> str:
    at = f" · {run_aim.in_words(now.cell)}" if now.cell is not None else ""
    return f"Round {min(len(now.done) + 1, now.rounds)} of {now.rounds}{at} · {_filled(now)}"


def _ended(now: FillingNow) -> str:
    why = f" {now.problem}" if now.problem else ""
    landed = sum(one.was_filled for one in now.done)
    return f"{count(len(now.done), 'round')}, {landed:,} of them filled the cell that they aimed at. {_filled(now).capitalize()}.{why}"


def _filled(now: FillingNow) -> str:
    return f"{now.filled:,} of {now.cells:,} cells filled, {now.filled - now.before:+,}"
