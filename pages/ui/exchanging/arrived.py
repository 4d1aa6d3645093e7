"""What became of an import, until it is closed; and what came into a project before."""

from dataclasses import dataclass

import streamlit as st

from core.domain.source import Refusal
from core.services.exchanging import arrivals
from core.services.exchanging.arrivals import Arrival
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

_SAID = "data.arrived.words"
_SHOWN = 20
_KINDS = {
    "seeds": ("Seeds", "seed"),
    "reference": ("Reference set", "text"),
    "lineage": ("Lineage", "row"),
    "decisions": ("Decisions", "decision"),
    "test_set": ("Prompts of a study", "prompt"),
    "responses": ("Responses for a study", "response"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What became of a file, in words, with its first refused rows."""

    line: str
    refused: tuple[Refusal, ...] = ()
    refused_count: int = 0


def keep(said: Said) -> None:
    """To be shown until it is closed."""
    st.session_state[_SAID] = said


def report() -> None:
    said: Said | None = st.session_state.get(_SAID)
    if said is None:
        return
    status, word = ("error", "Some rows refused") if said.refused_count else ("saved", "Brought in")
    kit.show(
        "report", kit.note(status, word, said.line), refusals(said.refused, said.refused_count), key="data.arrived"
    )
    st.button("Close the report", key="data.arrived.close", on_click=lambda: st.session_state.pop(_SAID, None))


def refusals(refused: tuple[Refusal, ...], n: int) -> kit.Element | None:
    """The first of them, one by one."""
    rows = [h("li", f"Row {one.row:,} {one.reason}.") for one in refused[:_SHOWN]]
    if n > len(rows):
        rows.append(h("li", f"… and {n - len(rows):,} more."))
    return h("ul", *rows) if rows else None


def before(project: Project) -> None:
    """Every import of this project, newest first."""
    found = arrivals.every(shell.actor(), project)
    rows = [_line(one) for one in found]
    empty = h("p", {"class": "dim"}, "Nothing was brought into this project yet.")
    kit.show("exports", h("div", {"class": "h"}, "What came in"), *(rows or [empty]), key="data.before")


def _line(one: Arrival) -> kit.Element:
    label, noun = _KINDS.get(one.kind, (one.kind, "row"))
    more = [f"{n:,} {word}" for n, word in ((one.merged, "there already"), (one.refused, "refused")) if n]
    return h(
        "div",
        {"class": "i"},
        h("div", {"class": "row"}, h("b", {"class": "one", "title": one.name}, one.name), h("span", {"class": "dim num push"}, count(one.taken, noun))),
        h("div", {"class": "dim"}, " · ".join([label, *([one.licence] if one.licence else []), *more])),
        h("div", {"class": "lab num"}, f"{one.received_at.astimezone():%d %b %Y, %H:%M} · {one.by_name}"),
    )  # fmt: skip
