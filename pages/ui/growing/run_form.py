"""Setting up a run: a preset or another run's settings, its folded options, and what it will take, before it is spent."""

from dataclasses import replace
from secrets import randbits

import streamlit as st

from core.domain import ids
from core.domain.progress import RunSummary
from core.domain.run import RunSettings, SeedChoice
from core.domain.system import EMBEDDED
from core.services.exploring import coverage
from core.services.growing import presets, seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import run_aim, run_batches, run_estimate, run_options
from pages.ui.growing.seed_choice import ask_seed_choice

_ABOUT = {
    presets.QUICK: "Two epochs, one child each, all checks, cheap ones first.",
    presets.PAPER: "Four epochs as published: everything is answered, then the four rules are held against it.",
    presets.BRANCHING: "Three epochs, two children each: real trees instead of chains.",
}


def form(project: Project, like: RunSummary | None) -> None:
    """The whole page of a new run; `like` is the run whose settings fill it."""
    with st.container(horizontal=True, vertical_alignment="center", key="runs_head"):
        st.title("New run", width="stretch", anchor=False)
        if st.button("Back to the runs", key="runs.back"):
            _go(**({"run": like.id} if like else {}))
    if not seeds.count(shell.actor(), project):
        kit.show("empty", kit.h("p", "There are no seeds to grow yet."), key="runs.no_seeds")
        if st.button("Add seeds", type="primary", key="runs.to_seeds"):
            st.switch_page("../seeds.py")
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        settings = _asked(project, like)
    with right, st.container(border=True, key="runs_estimate_card"):
        run_estimate.card(project, settings)
        if st.button("Start the run", type="primary", key="runs.start"):
            run_id = shell.studio().runs.start(shell.actor(), project, settings)
            _go(run=run_id, project=project.slug)


def _go(**query: str) -> None:
    """The same page with this alone in its address, beside the project."""
    kept = {"project": st.query_params["project"]} if "project" in st.query_params else {}
    st.query_params.from_dict(kept | query)
    st.rerun()


def _asked(project: Project, like: RunSummary | None) -> RunSettings:
    preset = _preset() if like is None else like.settings.preset
    plan = run_aim.asked(project) if like is None else None
    if like is not None:
        _say_like(like)
    if plan is not None:
        run_aim.say(plan)
    usual_name = like.settings.name if like else run_aim.in_words(plan.cell) if plan else preset
    one, two = st.columns(2)
    name = one.text_input("Name", value=usual_name, max_chars=80, key=f"runs.name.{preset}")
    endpoint = _endpoint(two, like)
    base = like.settings if like else _usual(preset, endpoint)
    if plan is not None:
        base = coverage.aimed(base, plan)
    start = base.seeds if like or plan else None
    chosen = ask_seed_choice(project, usual=5 if endpoint == EMBEDDED else 50, start=start)
    origin = like.id if like else ids.text_hash(repr(base))[:12]
    asked = run_options.ask(replace(base, name=name or preset, endpoint=endpoint, seeds=chosen), origin)
    return run_batches.ask(asked, f"runs.{origin}")


def _preset() -> str:
    preset = st.segmented_control(
        "Preset", presets.PRESETS, default=presets.QUICK, format_func=str.capitalize, key="runs.preset", required=True
    )
    preset = preset or presets.QUICK
    kit.show("hint", kit.h("p", {"class": "lab"}, _ABOUT[preset]), key="runs.about")
    return preset


def _say_like(like: RunSummary) -> None:
    said = f"with everything that run {like.number} · {like.name} had. Change what should differ."
    with st.container(horizontal=True, vertical_alignment="center", key="runs_like"):
        kit.show("hint", kit.note("saved", "Filled", said), key="runs.like.words")
        if st.button("Use a preset instead", key="runs.presets"):
            _go(new="1")


def _endpoint(where: "st.delta_generator.DeltaGenerator", like: RunSummary | None) -> str:
    names = shell.studio().endpoints.names(shell.actor())
    wanted = like.settings.endpoint if like else st.query_params.get("endpoint", EMBEDDED)
    chosen: str = where.selectbox(
        "Endpoint",
        names,
        index=names.index(wanted) if wanted in names else 0,
        format_func=run_options.endpoint_words,
        key="runs.endpoint",
        help=None if wanted in names else f"The endpoint {wanted} is not set up here any more.",
    )
    return chosen


def _usual(preset: str, endpoint: str) -> RunSettings:
    """The preset's settings with the sampling that the endpoint is set up with. They must not change by asking again."""
    rng_seed = st.session_state.setdefault("runs.rng_seed", randbits(31))
    settings = presets.settings(preset, name="", endpoint=endpoint, seeds=SeedChoice(), rng_seed=rng_seed)
    return replace(shell.studio().endpoints.with_defaults(shell.actor(), settings), endpoint="")
