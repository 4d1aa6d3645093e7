"""What came into a project before: a reference set can be removed and brought back, the decisions of a file taken back as one."""

from itertools import groupby

import streamlit as st

from core.domain.source import SourceEventKind, Standing
from core.errors import StudioError
from core.services.exchanging import arrivals
from core.services.exchanging.arrivals import Arrival
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import arrived
from pages.ui.kit import h
from pages.ui.words import count

_KINDS = {
    "seeds": ("Seeds", "seed"),
    "reference": ("Reference set", "text"),
    "lineage": ("Lineage", "row"),
    "decisions": ("Decisions", "decision"),
    "test_set": ("Prompts of a study", "prompt"),
    "responses": ("Responses for a study", "response"),
}
_WIDTH = 80  # of each button, so that the lines beside them end at one place
_BECAME = {SourceEventKind.REMOVED: "removed", SourceEventKind.TAKEN_BACK: "taken back"}


def show(project: Project) -> None:
    """Every import of this project, newest first; what has nothing to press stands in one piece."""
    found = arrivals.every(shell.actor(), project)
    empty = h("p", {"class": "dim"}, "Nothing was brought into this project yet.")
    kit.show("exports", h("div", {"class": "h"}, "What came in"), None if found else empty, key="data.before")
    with st.container(gap=None, key="data_came_in"):
        for deed, group in groupby(found, _deed):
            for part in [list(group)] if not deed else [[one] for one in group]:
                _row(project, deed, part)


def _row(project: Project, deed: str, part: list[Arrival]) -> None:
    """Some imports, and beside a single one what can be done to it."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"data_came_{part[0].id}"):
        with st.container(width="stretch"):
            kit.show("exports", *map(_line, part), key=f"data.before.{part[0].id}")
        if deed:
            _button(project, deed, part[0])


def _deed(one: Arrival) -> str:
    """What can be done to it, as a button says it; "" for nothing."""
    if one.kind == arrivals.REFERENCE:
        return "Bring back" if one.became else "Remove"
    return "Take back" if one.kind == arrivals.DECISIONS and not one.became and one.taken else ""


def _button(project: Project, deed: str, one: Arrival) -> None:
    if deed == "Take back":
        if st.button(deed, type="tertiary", key=f"data.came.{one.id}", width=_WIDTH):
            _take_back(project, one)
    else:
        st.button(deed, type="tertiary", key=f"data.came.{one.id}", width=_WIDTH, on_click=_put, args=(project, one))


def _put(project: Project, one: Arrival) -> None:
    """Remove a set, or bring it back: either is undone by the other."""
    try:
        if one.became:
            arrivals.restore(shell.actor(), project, one.id)
            line = f"“{one.name}” is compared with again."
        else:
            arrivals.remove(shell.actor(), project, one.id)
            line = f"“{one.name}” is removed: nothing is compared with it any more. Maps that were drawn keep its points. It can be brought back below."
    except StudioError as error:
        arrived.keep(arrived.Said(line=str(error), word="Not done", status="error"))
    else:
        arrived.keep(arrived.Said(line=line, word="Done"))


@st.dialog("Take a whole import back")
def _take_back(project: Project, one: Arrival) -> None:
    with shell.problems("data.take_back"):
        stands = arrivals.standing(shell.actor(), project, one.id)
        words = f"Of {one.name} {_stands(stands)} still stand. All of them are taken back at once; what people said here stays."
        more = "History keeps both. The same file may be brought in again."
        kit.show("hint", h("p", words), h("p", {"class": "lab"}, more), key="data.take_back.words")
        if st.button("Take them back", type="primary", key="data.take_back.go"):
            below = arrivals.take_back(shell.actor(), project, one.id)
            line = f"{one.name}: {_stands(stands)} taken back."
            if below:
                line += f" {count(below, 'instruction')} below them set aside or brought back."
            arrived.keep(arrived.Said(line=line, word="Taken back"))
            st.rerun()


def _stands(said: Standing) -> str:
    skills = f" and {count(said.skills, 'skill')}" if said.skills else ""
    return f"{count(said.decisions, 'decision')} on {count(said.instructions, 'instruction')}{skills}"


def _line(one: Arrival) -> kit.Element:
    label, noun = _KINDS.get(one.kind, (one.kind, "row"))
    more = [f"{n:,} {word}" for n, word in ((one.merged, "there already"), (one.refused, "refused")) if n]
    became = [_BECAME[one.became]] if one.became in _BECAME else []
    return h(
        "div",
        {"class": "i"},
        h("div", {"class": "row"}, h("b", {"class": "one", "title": one.name}, one.name), h("span", {"class": "dim num push"}, count(one.taken, noun))),
        h("div", {"class": "dim"}, " · ".join([label, *became, *([one.licence] if one.licence else []), *more])),
        h("div", {"class": "lab num"}, f"{one.received_at.astimezone():%d %b %Y, %H:%M} · {one.by_name}"),
    )  # fmt: skip
