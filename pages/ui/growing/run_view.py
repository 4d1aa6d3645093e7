"""A run as it goes: its head with what can be done, and its body, redrawn while it goes on."""

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.run import RunEventKind
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import run_batches, run_caps, run_cards, run_picker
from pages.ui.growing.run_cards import GOING
from pages.ui.kit import h
from pages.ui.words import count

VIEWS = ("Progress", "Overview")


def head(project: Project, runs: dict[str, RunSummary], run_id: str) -> None:
    """Name, the other runs, and what can be done now."""
    run = runs[run_id]
    with st.container(horizontal=True, vertical_alignment="center", key="runs_head"):
        st.title("Runs" if len(runs) > 1 else f"Run {run.number}", width="stretch", anchor=False)
        if len(runs) > 1:
            run_picker.pick(runs, run_id, key="runs.run")
        _which_view()
        _buttons(project, run)
        with st.popover("More", key="runs.more"):
            _more(project, run)
        if st.button("New run", key="runs.new"):
            _go(new="1")
        if st.button("See its trees", shortcut="T", type="primary", key="runs.trees"):
            st.switch_page("../trees.py", query_params={"run": run_id, "project": project.slug})


def _which_view() -> None:
    """Progress or overview, as the address says."""
    now = VIEWS[1] if st.query_params.get("view") == "overview" else VIEWS[0]
    chosen = st.segmented_control(
        "View", VIEWS, default=now, key="runs.view_of", label_visibility="collapsed", required=True
    )
    if chosen != now:
        for stale in ("pick", "as", "with"):
            st.query_params.pop(stale, None)
        if chosen == VIEWS[1]:
            st.query_params["view"] = "overview"
        else:
            st.query_params.pop("view", None)
        st.rerun()


def _more(project: Project, run: RunSummary) -> None:
    """What is wanted less often."""
    if st.button("Set up another one like it", key="runs.like", width="stretch"):
        _go(like=run.id)
    run_batches.give_up(project, run)
    stands = run.state not in (*GOING, RunEventKind.FINISHED) and not shell.studio().live.is_live(run.id)
    if st.button("Change its caps…", key="runs.caps", width="stretch", disabled=not stands):
        run_caps.change(project, run)


def _go(**query: str) -> None:
    """The same page with this alone in its address, beside the project."""
    kept = {"project": st.query_params["project"]} if "project" in st.query_params else {}
    st.query_params.from_dict(kept | query)
    st.rerun()


def _buttons(project: Project, run: RunSummary) -> None:
    runs, actor = shell.studio().runs, shell.actor()
    if run.state in GOING and run.state != "preparing":
        st.button("Pause", shortcut="P", key="runs.pause", on_click=runs.pause, args=(actor, project, run.id))
        if st.button("Stop…", key="runs.stop"):
            _confirm_stop(project, run)
    elif run.is_capped:
        if st.button("Raise the cap and resume…", shortcut="P", key="runs.raise"):
            run_caps.change(project, run)
    elif runs.can_resume(actor, project, run.id) and st.button("Resume", shortcut="P", key="runs.resume"):
        with shell.problems("resume"):
            runs.resume(actor, project, run.id)
            st.rerun()


@st.dialog("Stop the run?")
def _confirm_stop(project: Project, run: RunSummary) -> None:
    pulse = shell.studio().live.pulse(run.id)
    flying = f"{count(pulse.in_flight, 'call')} in flight will be paid for. " if pulse.in_flight else ""
    if pulse.in_batches:
        flying += "Batches under way are cancelled; what they have done by then is paid for and fetched. "
    kit.show("stop", h("p", f"{flying}What is done stays; you can start again from here."), key="runs.stop.words")
    stop, keep = st.columns(2)
    if stop.button("Stop the run", key="runs.stop.yes", width="stretch"):
        shell.studio().runs.stop(shell.actor(), project, run.id)
        st.rerun()
    if keep.button("Keep going", key="runs.stop.no", type="primary", width="stretch"):
        st.rerun()


def body(project: Project, run_id: str) -> None:
    """Redrawn every second while the run goes on; once when it does not."""
    run = shell.studio().runs.get(shell.actor(), project, run_id)
    live = run.state in GOING or shell.studio().live.is_live(run_id)
    st.fragment(_body, run_every=1 if live else None)(project, run_id, run.state)


def _body(project: Project, run_id: str, state: str) -> None:
    now = shell.studio().runs.progress(shell.actor(), project, run_id)
    if now.run.state != state and not now.live:
        st.rerun()  # it ended: the buttons change too
    kit.show("run", *run_cards.cards(now, project), key="runs.view")
