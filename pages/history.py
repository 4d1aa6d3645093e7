"""History: every decision newest first, the item as it was shown, and taking one back."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from core.domain.decision import Reason
from core.domain.history import Entry, HistoryFilter
from core.services.projects import Project
from core.services.reviewing import history
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import history_view


def from_the_start() -> None:
    """Other filters begin with the newest again."""
    st.session_state["history.pages"] = []


def one_of(label: str, name: str, options: Mapping[str, str]) -> str:
    words = {"": "Any", **options}
    return str(
        st.selectbox(
            label,
            list(words),
            format_func=words.__getitem__,
            key=f"history.{name}",
            on_change=from_the_start,
        )
    )


def day(label: str, name: str) -> datetime | None:
    """Midnight at the beginning of the chosen day, here."""
    chosen: date | None = st.date_input(label, value=None, key=f"history.{name}", on_change=from_the_start)
    return datetime(chosen.year, chosen.month, chosen.day).astimezone() if chosen else None


def asked(project: Project) -> HistoryFilter:
    choices = history.choices(shell.actor(), project)
    columns = st.columns([1, 1, 1.1, 1.1, 0.9, 0.9, 1.5], gap="small")
    with columns[0]:
        person = one_of("Person", "person", choices.people)
    with columns[1]:
        act = one_of("Act", "act", {str(one): words for one, words in history_view.ACTS.items()})
    with columns[2]:
        reason = one_of("Reason", "reason", {str(one): one.label for one in Reason})
    with columns[3]:
        queue = one_of("Queue", "queue", choices.queues)
    with columns[4]:
        since = day("From", "since")
    with columns[5]:
        until = day("To", "until")
    with columns[6]:
        find = st.text_input("Find", key="history.find", placeholder="In the text or note", on_change=from_the_start)  # fmt: skip
    end = until + timedelta(days=1) if until else None
    return HistoryFilter(
        person=person, act=act, reason=reason, queue=queue, since=since, until=end, find=find.strip()
    )  # fmt: skip


def take_back(project: Project, entry: Entry) -> None:
    words = f"Take all {entry.bulk:,} back" if entry.bulk else "Take it back"
    if entry.may_undo and st.button(words, key="history.undo"):
        history.undo(shell.studio().desk, shell.actor(), project, entry.id)
        st.rerun()


def turn_pages(before: int | None) -> None:
    pages: list[int] = st.session_state["history.pages"]
    with st.container(horizontal=True):
        if st.button("Newer", key="history.newer", disabled=not pages):
            pages.pop()
            st.rerun()
        if st.button("Older", key="history.older", disabled=before is None) and before is not None:
            pages.append(before)
            st.rerun()


with st.container(horizontal=True, vertical_alignment="center", key="history_head"):
    st.title("History", width="stretch", anchor=False)
with shell.problems("history"):
    project = shell.project()
    pages: list[int] = st.session_state.setdefault("history.pages", [])
    wanted = asked(project)
    page = history.page(shell.actor(), project, wanted, pages[-1] if pages else None)
    chosen = st.query_params.get("decision")
    if not page.entries and not pages and page.before is None:
        nothing = "No decision is like this." if wanted != HistoryFilter() else "Nobody has decided anything here yet."
        kit.show("empty", h("p", nothing), key="history.empty")
    else:
        listed, looked_at = st.columns([5, 6], gap="medium")
        with listed:
            turn_pages(page.before)
            if not page.entries:
                hidden = (
                    "Nothing to see among these: what others said of items that you are still to decide stays hidden."
                )
                kit.show("hint", h("p", {"class": "lab"}, hidden), key="history.hidden")
            pressed = history_view.draw_list(page, chosen, datetime.now(UTC))
            if pressed and pressed != chosen:
                st.query_params["decision"] = pressed
                st.rerun()
        with looked_at:
            if chosen:
                looked = history.look(shell.actor(), project, chosen)
                take_back(project, looked.entry)
                history_view.draw_looked(looked)
            else:
                kit.show("hint", h("p", {"class": "lab"}, "Choose a decision to see its item as it was shown."), key="history.hint")  # fmt: skip
