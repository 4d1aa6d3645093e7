"""A run as it goes: its head with what can be done, and its body, redrawn while it goes on."""

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.run import RunEventKind
from core.services.projects import Project
from pages.ui import kit, run_cards, run_picker, shell
from pages.ui.kit import h
from pages.ui.run_cards import GOING
from pages.ui.words import count


def head(project: Project, runs: dict[str, RunSummary], run_id: str) -> None:
    """Name, the other runs, and what can be done now."""
    run = runs[run_id]
    with st.container(horizontal=True, vertical_alignment="center", key="runs_head"):
        st.title("Runs" if len(runs) > 1 else f"Run {run.number}", width="stretch", anchor=False)
        if len(runs) > 1:
            run_picker.pick(runs, run_id, key="runs.run")
        _buttons(project, run)
        if st.button("New run", key="runs.new"):
            st.query_params["new"] = "1"
            st.rerun()
        if st.button("See its trees", shortcut="T", type="primary", key="runs.trees"):
            st.switch_page("../trees.py", query_params={"run": run_id, "project": project.slug})


def _buttons(project: Project, run: RunSummary) -> None:
    runs, actor = shell.studio().runs, shell.actor()
    if run.state in GOING and run.state != "preparing":
        st.button("Pause", shortcut="P", key="runs.pause", on_click=runs.pause, args=(actor, project, run.id))
        if st.button("Stop…", key="runs.stop"):
            _confirm_stop(project, run)
    elif run.state != RunEventKind.FINISHED and st.button("Resume", shortcut="P", key="runs.resume"):
        with shell.problems("resume"):
            runs.resume(actor, project, run.id)
            st.rerun()


@st.dialog("Stop the run?")
def _confirm_stop(project: Project, run: RunSummary) -> None:
    in_flight = shell.studio().live.pulse(run.id).in_flight
    flying = f"{count(in_flight, 'call')} in flight will be paid for. " if in_flight else ""
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
