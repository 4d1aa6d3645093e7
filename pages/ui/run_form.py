"""Setting up a run: a preset, its folded options, and what it will take, before anything is spent."""

from dataclasses import replace
from secrets import randbits

import streamlit as st

from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.run import Caps, Difficulty, RunSettings, SeedChoice, StepOrder
from core.domain.system import EMBEDDED
from core.services import presets, seeds
from core.services.estimate import estimate
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.words import count, duration, money

_ABOUT = {
    presets.QUICK: "Two epochs, one child each, all checks, cheap ones first.",
    presets.PAPER: "Four epochs as published: everything is answered, then the four rules are held against it.",
    presets.BRANCHING: "Three epochs, two children each: real trees instead of chains.",
}


def form(project: Project) -> None:
    """The whole page of a new run."""
    with st.container(horizontal=True, vertical_alignment="center", key="runs_head"):
        st.title("New run", width="stretch", anchor=False)
        if st.button("Back to the runs", key="runs.back"):
            st.query_params.pop("new", None)
            st.rerun()
    total = seeds.count(shell.actor(), project)
    if not total:
        kit.show("empty", kit.h("p", "There are no seeds to grow yet."), key="runs.no_seeds")
        if st.button("Add seeds", type="primary", key="runs.to_seeds"):
            st.switch_page("../seeds.py")
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        settings = _asked(total)
    with right, st.container(border=True, key="runs_estimate_card"):
        _estimate(project, settings, total)
        if st.button("Start the run", type="primary", key="runs.start"):
            run_id = shell.studio().runs.start(shell.actor(), project, settings)
            st.query_params.from_dict({"run": run_id, "project": project.slug})
            st.rerun()


def _asked(total: int) -> RunSettings:
    preset = st.segmented_control(
        "Preset", presets.PRESETS, default=presets.QUICK, format_func=str.capitalize, key="runs.preset", required=True
    )
    preset = preset or presets.QUICK
    kit.show("hint", kit.h("p", {"class": "lab"}, _ABOUT[preset]), key="runs.about")
    names = list(shell.studio().endpoints.names(shell.actor()))
    wanted = st.query_params.get("endpoint", EMBEDDED)
    one, two = st.columns(2)
    name = one.text_input("Name", value=preset, max_chars=80, key=f"runs.name.{preset}")
    endpoint = two.selectbox(
        "Endpoint",
        names,
        index=names.index(wanted) if wanted in names else 0,
        format_func=lambda each: "The embedded model" if each == EMBEDDED else each,
        key="runs.endpoint",
    )
    one, two = st.columns(2)
    limit = one.number_input("Seeds", 1, total, min(total, 5 if endpoint == EMBEDDED else 50), key="runs.limit")
    at_random = two.segmented_control(
        "Which", ["The first", "At random"], default="At random", key="runs.which", required=True
    )
    rng_seed = st.session_state.setdefault("runs.rng_seed", randbits(31))
    settings = presets.settings(
        preset,
        name=name or preset,
        endpoint=endpoint,
        seeds=SeedChoice(limit=int(limit), at_random=at_random == "At random"),
        rng_seed=rng_seed,
    )
    with st.expander(f"Options of “{preset}”"):
        return _options(settings, preset)


def _options(settings: RunSettings, preset: str) -> RunSettings:
    def key(name: str) -> str:
        return f"runs.{preset}.{name}"

    one, two, three = st.columns(3)
    epochs = one.number_input("Epochs", 1, 12, settings.epochs, key=key("epochs"))
    children = two.number_input("Children of a node", 1, 8, settings.children, key=key("children"))
    frontier = three.number_input("Frontier of a seed", 1, 64, settings.max_frontier_per_seed, key=key("frontier"))
    columns = st.columns(6)
    weights = {
        operation: column.number_input(
            operation.label, 0.0, 100.0, settings.weights[operation], step=0.25, key=key(operation)
        )
        for operation, column in zip(Operation, columns, strict=True)
    }
    rules = st.multiselect(
        "Rules", list(Rule), list(settings.rules), format_func=lambda rule: rule.label, key=key("rules")
    )
    one, two, three = st.columns(3)
    orders, difficulties = list(StepOrder), list(Difficulty)
    order = one.selectbox(
        "Order",
        orders,
        index=orders.index(settings.order),
        format_func=_ORDER.__getitem__,
        key=key("order"),
    )
    respond = two.selectbox("Responses", ["Answer them", "None"], 0 if settings.respond else 1, key=key("respond"))
    difficulty = three.selectbox(
        "Difficulty",
        difficulties,
        index=difficulties.index(settings.difficulty),
        format_func=str.capitalize,
        key=key("difficulty"),
    )
    one, two, three, four, five = st.columns(5)
    after = five.selectbox("After a restart", _AFTER, int(settings.resume_by_itself), key=key("after"))
    temperature = one.number_input("Temperature", 0.0, 2.0, settings.evolving.temperature, 0.1, key=key("temperature"))
    calls = two.number_input("Cap on calls", 0, None, None, key=key("calls"), placeholder="no cap")
    tokens = three.number_input("Cap on tokens", 0, None, None, key=key("tokens"), placeholder="no cap")
    usd = four.number_input("Cap on dollars", 0.0, None, None, key=key("usd"), placeholder="no cap")
    return replace(
        settings,
        epochs=int(epochs),
        children=int(children),
        max_frontier_per_seed=int(frontier),
        weights=weights,
        rules=tuple(rules),
        order=order,
        respond=respond == "Answer them",
        difficulty=difficulty,
        evolving=replace(settings.evolving, temperature=temperature),
        resume_by_itself=after == _AFTER[1],
        caps=Caps(calls=calls, tokens=tokens, usd=usd),
    )


_AFTER = ("Wait for me", "Resume by itself")
_ORDER = {StepOrder.CHEAP: "Cheap checks first", StepOrder.PAPER: "Answer first (paper)"}


def _estimate(project: Project, settings: RunSettings, total: int) -> None:
    n_seeds = min(settings.seeds.limit or total, total)
    cast = shell.studio().endpoints.cast(shell.actor(), settings)
    said = estimate(shell.actor(), project, settings, cast, n_seeds)
    rows = (
        ("Seeds", f"{n_seeds:,} of {total:,}"),
        ("Calls", f"about {said.calls:,}"),
        ("Tokens", f"about {said.tokens:,}"),
        ("Money", "nothing" if {one.name for one in cast.values()} == {EMBEDDED} else money(said.usd)),
        ("Time", f"about {duration(said.duration_s)}" if said.duration_s else "not known"),
    )
    kit.show(
        "estimate",
        kit.h("div", {"class": "h"}, "What it will take"),
        (
            kit.h(
                "div", {"class": "row"}, kit.h("span", {"class": "dim"}, name), kit.h("b", {"class": "push num"}, value)
            )
            for name, value in rows
        ),
        kit.h(
            "p",
            {"class": "lab"},
            f"For {count(n_seeds, 'seed')} and {count(settings.epochs, 'epoch')}. Nothing is spent yet.",
        ),
        key="runs.estimate",
    )
