"""What can be taken along from a study's results: the report, the study as a file, preferences for training."""

import streamlit as st

from pages.ui import kit
from pages.ui.evaluating.report_routes import address
from pages.ui.kit import h

_FORMS = (
    ("html", "The report as a page", "One file with everything in it: design, numbers with intervals, agreement, exclusions, seeds, a methods paragraph."),
    ("markdown", "The report as Markdown", "The same without figures."),
    ("study", "The study as a file", "Prompts, responses, trials and all answers; people by numbers. The report can be made from it again, byte for byte."),
    ("pairs", "Preferences for training", "Of every two texts the one that more votes preferred: prompt, chosen, rejected, margin, votes."),
)  # fmt: skip


@st.dialog("Take along")
def _take(project: str, study: str) -> None:
    links = [
        h("p", {"key": form}, h("a", {"class": "bt", "href": address(project, study, form)}, title), h("br"), about)
        for form, title, about in _FORMS
    ]
    kit.show("results", *links, key="results.take")


def button(project: str, study: str) -> None:
    """Opens what can be taken along."""
    if st.button("Write the report", shortcut="W", type="primary", key="results.report"):
        _take(project, study)
