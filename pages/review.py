"""Review: the queues, and one of them as a deck, a list, a plain page, or looked through for near-duplicates."""

import streamlit as st

from core.domain.person import Role
from core.domain.queue import Asks, Queue
from core.services.projects import Project
from core.services.reviewing import queue_address, queues
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import deck, review_duplicates, review_form, review_list, review_minimal, review_queues
from pages.ui.reviewing.review_words import filter_in_words

DECK, LIST, MINIMAL, DUPLICATES = "deck", "list", "minimal", "duplicates"
VIEWS = {DECK: "Deck", LIST: "List", DUPLICATES: "Near-duplicates", MINIMAL: "Plain"}
OF_A_FILTER = (LIST, DUPLICATES)
_DECK_KEY = "review.deck"


def views_of(queue: Queue | None) -> list[str]:
    """A filter without a queue can be listed only; near-duplicates say what others decided. Difficulty is asked by the text alone."""
    if queue is not None and queue.asks is Asks.DIFFICULTY:
        return [DECK, MINIMAL]
    if shell.actor().role is Role.ANNOTATOR:
        return [view for view in VIEWS if view != DUPLICATES]
    return list(VIEWS) if queue is not None else list(OF_A_FILTER)


def view_of(queue: Queue | None) -> str:
    """What the address asks for, if that is one of them."""
    asked, known = st.query_params.get("view", DECK), views_of(queue)
    return asked if asked in known else (DECK if queue is not None else LIST)


def head(project: Project, queue: Queue | None, name: str, view: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="review_one_head"):
        st.title("Review", width="content", anchor=False)
        kit.show("of", h("span", {"class": "one", "title": name}, name), key="review.of")
        st.session_state["review.view"] = view
        st.segmented_control(
            "View", views_of(queue), format_func=VIEWS.__getitem__, key="review.view", label_visibility="collapsed",
            required=True, on_change=look,
        )  # fmt: skip
        if queue is None and st.button("Make it a queue", type="primary", key="review.make"):
            kept = {name: st.query_params.get_all(name) for name in st.query_params if name in queue_address.NAMES}
            st.switch_page("../review.py", query_params={"project": [project.slug], "new": ["1"], **kept})
        st.button("Queues", key="review.back", on_click=leave)


def look() -> None:
    st.query_params["view"] = st.session_state["review.view"]
    st.query_params.pop("similar", None)


def go() -> None:
    """From the deck, which has a head of its own."""
    if deck.wanted(_DECK_KEY) == "queues":
        leave()
    else:
        st.query_params["view"] = LIST


def leave() -> None:
    for name in ("queue", "view", "similar", *queue_address.NAMES):
        st.query_params.pop(name, None)


def one(project: Project) -> None:
    """A saved queue, or the filter that the address names."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    queue = queues.get(shell.actor(), project, st.query_params["queue"]) if "queue" in query else None
    wanted = queue.filter if queue is not None else queue_address.from_query(query)
    sort = queue.sort if queue is not None else queue_address.sort_from(query)
    view = view_of(queue)
    name = queue.name if queue is not None else filter_in_words(wanted, queues.choices(shell.actor(), project))
    if queue is not None and view == DECK:
        deck.show(project=project.slug, queue=queue.id, key=_DECK_KEY, on_go=go)
        return
    head(project, queue, name, view)
    if queue is not None and view == MINIMAL:
        review_minimal.body(project, queue.id)
    elif view == DUPLICATES:
        review_duplicates.body(project, wanted)
    else:
        review_list.body(project, queue, wanted, sort)


with shell.problems("review"):
    project = shell.project()
    if review_form.is_asked():
        review_form.page(project)
    elif "queue" in st.query_params or queue_address.names_a_filter(st.query_params):
        one(project)
    else:
        review_queues.page(project)
