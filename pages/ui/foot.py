"""The foot of the sidebar: what goes on right now, and who is here."""

import streamlit as st

from core.domain.run import RunEventKind
from pages.ui import kit, shell
from pages.ui.kit import h

_GOING = (RunEventKind.STARTED, RunEventKind.RESUMED)


@st.fragment(run_every=3)
def foot() -> None:
    """The run in progress, the project if it is not the person's first, and the person."""
    with shell.problems("foot"):
        project = shell.open_project(shell.wanted_project())
        going = next((run for run in shell.studio().runs.list(shell.actor(), project) if run.state in _GOING), None)
        parts: list[kit.Child] = []
        if going is not None:
            now = shell.studio().runs.progress(shell.actor(), project, going.id)
            share = round(100 * now.decided / max(1, now.expected))
            parts.append(
                h(
                    "div",
                    h(
                        "div",
                        {"class": "p"},
                        h("span", {"class": "one"}, f"Run {going.number} · {going.name}"),
                        h("span", {"class": "dim num push"}, f"{share} %"),
                    ),
                    h("div", {"class": "track"}, h("i", {"style": {"width": f"{share}%"}})),
                )
            )
        parts.append(h("div", {"class": "p dim"}, h("span", "Project"), h("span", {"class": "one"}, project.name)))
        kit.show("foot", h("div", {"class": "foot"}, *parts), key="frame.foot")
