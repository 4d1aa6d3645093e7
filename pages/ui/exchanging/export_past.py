"""What was taken out before, each with a link that makes the same bytes again."""

import streamlit as st

from core.domain.export import ExportFormat, PastExport
from core.services.exchanging import exports
from core.services.exchanging.wanted import described
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging.export_routes import address_again
from pages.ui.kit import h
from pages.ui.words import count


@st.fragment(run_every=4)
def past(project: Project) -> None:
    """A download that has just ended appears by itself."""
    with shell.problems("data.past"):
        taken = exports.past(shell.actor(), project)
        rows = (_line(project, one) for one in taken)
        empty = h("p", {"class": "dim"}, "Nothing was taken out of this project yet.")
        kit.show(
            "exports", h("div", {"class": "h"}, "Earlier exports"), *(rows if taken else (empty,)), key="data.past"
        )


def _line(project: Project, one: PastExport) -> kit.Element:
    fact = one.export
    again = h(
        "a",
        {
            "class": "push",
            "href": address_again(project.slug, fact.id),
            "title": "The same bytes, whatever was decided since",
        },
        "Again",
    )
    return h(
        "div",
        {"class": "i"},
        h("div", {"class": "row"}, h("b", {"class": "one"}, ExportFormat(fact.format).label), h("span", {"class": "dim num push"}, count(fact.rows, "row"))),
        h("div", {"class": "dim"}, described(fact.filter)),
        h("div", {"class": "lab num"}, f"{one.taken_at.astimezone():%d %b %Y, %H:%M} · {one.by_name} · as of {fact.as_of_seq:,}"),
        h("div", {"class": "row"}, h("div", {"class": "lab sum"}, "sha256", h("code", {"title": fact.sha256}, fact.sha256)), again if fact.options else None),
    )  # fmt: skip
