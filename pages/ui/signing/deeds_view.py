"""Who did what when, the newest first, and the files of all of it."""

import streamlit as st

from core.domain.person import Actor
from core.services.signing import log
from core.services.signing.log import Line
from pages.ui import kit, shell
from pages.ui.kit import h

_STEP = 100
_HEAD = ("When", "Who", "What", "To", "Where", "From")


def section(who: Actor) -> None:
    most = int(st.session_state.get("people.log.most", _STEP))
    lines = log.lines(shell.studio(), who, most=most)
    kit.show(
        "deeds",
        h(
            "div",
            {"class": "hd"},
            h("span", {"class": "lab"}, "Sign-ins, roles, links, endpoints, runs, exports, studies. Decisions and judgments have pages of their own."),
            h("a", {"class": "bt", "href": "/api/people/log/csv"}, "As CSV"),
            h("a", {"class": "bt", "href": "/api/people/log/jsonl"}, "As JSON lines"),
        ),
        h("table", h("thead", h("tr", *(h("th", {"scope": "col"}, one) for one in _HEAD))), h("tbody", *map(_row, lines))),
        key="people.log",
    )  # fmt: skip
    if len(lines) == most:
        st.button("Older", key="people.log.older", on_click=_older)


def _row(line: Line) -> kit.Element:
    deed = line.deed
    what = f"{deed.act}: {deed.detail}" if deed.detail else deed.act
    cells = (
        f"{deed.received_at.astimezone():%d %b %Y, %H:%M:%S}",
        line.person or "–",
        what,
        line.subject,
        deed.project,
        deed.address,
    )
    return h("tr", *(h("td", {"class": "num" if at == 0 else ""}, cell) for at, cell in enumerate(cells)))  # fmt: skip


def _older() -> None:
    st.session_state["people.log.most"] = int(st.session_state.get("people.log.most", _STEP)) + _STEP
