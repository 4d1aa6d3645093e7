"""Rates: what people accept, whether the next draws follow it, the automatic rules against people, and answers that are owed."""

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.run import RunEventKind
from core.domain.steering import SteerMode
from core.services.projects import Project
from core.services.reviewing import difficulty
from core.services.reviewing import rates as service
from core.services.reviewing.audits import audits
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import review_answers, review_difficulty, review_dry_run, review_rates

MODES = {
    SteerMode.OFF: "As set up",
    SteerMode.FOLLOW: "Follow what people accept",
    SteerMode.FROZEN: "Frozen as it is now",
}


def head(project: Project, runs: dict[str, RunSummary]) -> str | None:
    """Of which run, or of all; it stands in the address."""
    with st.container(horizontal=True, vertical_alignment="center", key="rates_head"):
        st.title("Rates", width="stretch", anchor=False)
        asked = st.query_params.get("run", "")
        chosen = st.selectbox(
            "Of",
            ["", *runs],
            index=list(runs).index(asked) + 1 if asked in runs else 0,
            format_func=lambda one: f"Run {runs[one].number} · {runs[one].name}" if one else "All runs",
            key="rates.run",
            label_visibility="collapsed",
            width=280,
        )
        if st.button("Back to Review", key="rates.back"):
            st.switch_page("../review.py", query_params={"project": project.slug})
    if chosen:
        st.query_params["run"] = chosen
    else:
        st.query_params.pop("run", None)
    return chosen or None


def steer(project: Project, run: RunSummary) -> None:
    """Whether the next draws of this run follow people; a switch, and what it does."""
    now = service.steered(shell.actor(), project, run.id)
    with st.container(border=True, key="rates_steering_card"):
        kit.show("rates", *review_rates.steering(now), key="rates.steering.words")
        wanted = st.segmented_control(
            "The next draws",
            list(MODES),
            default=now.mode,
            format_func=MODES.__getitem__,
            key=f"rates.mode.{run.id}",
            label_visibility="collapsed",
            required=True,
            disabled=run.state == RunEventKind.FINISHED,
        )
        if wanted is not now.mode and run.state != RunEventKind.FINISHED:
            with shell.problems("rates.steering"):
                service.steer(shell.actor(), project, run.id, wanted)
                st.rerun()


@st.fragment(run_every=5)
def live(project: Project, run_id: str | None) -> None:
    """Drawn anew while people decide."""
    found = service.accept_rates(shell.actor(), project, run_id)
    if not found.overall.n:
        words = "Nobody has decided about a survivor here yet. What they accept is counted here, by operation, epoch and skill."
        kit.show("empty", h("p", words), key="rates.empty")
        return
    review_rates.figures(found)


with shell.problems("rates"):
    project = shell.project()
    runs = {run.id: run for run in shell.studio().runs.list(shell.actor(), project)}
    run_id = head(project, runs)
    review_answers.card(project)
    live(project, run_id)
    if run_id is not None:
        steer(project, runs[run_id])
    review_difficulty.card(difficulty.by_epoch(shell.actor(), project, run_id))
    review_rates.rules(audits(shell.actor(), project, run_id))
    if run_id is not None:
        review_dry_run.card(project, runs[run_id])
