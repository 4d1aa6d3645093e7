"""New queue, or the change of one: its filter with a live count, its order, and how its items are given out."""

from dataclasses import replace

import streamlit as st

from core.domain.queue import Asks, Queue, Sort
from core.services.projects import Project
from core.services.reviewing import queue_address, queues
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing.review_filter import ask_filter

_ASKS = ("new", "change")


def is_asked() -> bool:
    return any(name in st.query_params for name in _ASKS)


def ask() -> None:
    st.query_params["new"] = "1"


def leave() -> None:
    """Back to the list of queues."""
    for name in (*_ASKS, *queue_address.NAMES):
        st.query_params.pop(name, None)


def page(project: Project) -> None:
    """The whole page. It begins as the queue that is changed, as the filter in the address, or as usual."""
    start = _start(project)
    with st.container(horizontal=True, vertical_alignment="center", key="review_form_head"):
        st.title("Change a queue" if start.id else "New queue", width="stretch", anchor=False)
        st.button("Back to the queues", on_click=leave, key="review.form.back")
    left, right = st.columns([2.5, 1], gap="medium")
    with left, st.container(border=True, key="review_filter_card"):
        kit.show("hint", h("p", {"class": "h"}, "Which instructions"), key="review.form.which")
        wanted = ask_filter(project, start.filter, key=f"review.form.{start.id}")
    with right, st.container(border=True, key="review_queue_card"):
        n = queues.count(shell.actor(), project, wanted)
        kit.show(
            "matches",
            h("span", {"class": "fig"}, f"{n:,}"),
            h("span", "item matches" if n == 1 else "items match"),
            key="review.form.count",
        )
        made = _given(replace(start, filter=wanted))
        if st.button(
            "Keep it" if start.id else "Make the queue", type="primary", key="review.form.keep", width="stretch"
        ):
            with shell.problems("review.form"):
                saved = queues.save(shell.actor(), project, made)
                st.switch_page(
                    "../review.py",
                    query_params={"project": project.slug, "queue": saved.id, "view": _first_view(saved)},
                )


def _first_view(queue: Queue) -> str:
    return "deck" if queue.asks is Asks.DIFFICULTY else "list"


def _start(project: Project) -> Queue:
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    if changed := st.query_params.get("change"):
        return queues.get(shell.actor(), project, changed)
    wanted, sort = queue_address.from_query(query), queue_address.sort_from(query)
    return Queue(id="", name="", filter=wanted, sort=sort)


def _given(start: Queue) -> Queue:
    """Its name, its order, and for several people how many see what."""
    key = f"review.form.{start.id}"
    name = st.text_input("Name", start.name, key=f"{key}.name", max_chars=80, placeholder="hard survivors")
    asks = Asks(start.asks)
    if not start.id:
        chosen = st.segmented_control(
            "What is asked", list(Asks), format_func=lambda one: Asks(one).label, default=start.asks, key=f"{key}.asks",
            required=True,
        )  # fmt: skip
        asks = Asks(chosen)
    orders = list(Sort)
    sort: Sort = st.selectbox(
        "Order", orders, orders.index(start.sort), format_func=lambda one: Sort(one).label, key=f"{key}.sort"
    )
    with st.expander("For several people, and checks of them"):
        overlap = st.number_input("People who decide each item", 1, 20, start.overlap, key=f"{key}.overlap")
        overlap_share = _share(
            "… of so many of the items", start.overlap_share, f"{key}.overlap_share", off=overlap == 1
        )
        if asks is Asks.DIFFICULTY:
            return replace(start, name=name, asks=asks, sort=sort, overlap=overlap, overlap_share=overlap_share)
        blind = st.toggle("Blind: hide operation, model and automatic verdicts", start.blind, key=f"{key}.blind")
        audit = _share("Eliminated items mixed in, unmarked", start.audit_share, f"{key}.audit")
        repeat = _share("One's own items that come back, unmarked", start.repeat_share, f"{key}.repeat")
        disputed = st.toggle(
            "Only what people disagree about, for an adjudicator", start.adjudicates, key=f"{key}.adjudicates"
        )
    return replace(
        start, name=name, asks=asks, sort=sort, overlap=overlap, overlap_share=overlap_share, blind=blind,
        audit_share=audit, repeat_share=repeat, adjudicates=disputed,
    )  # fmt: skip


def _share(label: str, start: float, key: str, *, off: bool = False) -> float:
    return st.slider(label, 0, 100, round(100 * start), 5, format="%d %%", key=key, disabled=off) / 100
