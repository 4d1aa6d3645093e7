"""The list beside the deck: a filter's items as a table, what is chosen in it, and what can be done with that."""

from dataclasses import replace

import streamlit as st

from core.domain.decision import Act, Reason
from core.domain.instruction import HumanStatus
from core.domain.person import Role
from core.domain.queue import Queue, QueueFilter, Sort
from core.errors import StudioError
from core.services.projects import Project
from core.services.reviewing import chosen, item_list
from core.services.reviewing.item_list import Item, ItemPage
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import review_bulk, review_said, review_similar

_HEIGHT, _ROW = 530, 35
_MACHINE = {"waiting": "◌ Waiting", "survived": "○ Survived", "eliminated": "⊘ Eliminated", "error": "△ Error"}
_HUMAN = {
    "undecided": "□ Undecided", "accepted": "☑ Accepted", "rejected": "☒ Rejected", "disputed": "◧ Disputed",
    "set_aside": "⊟ Set aside",
}  # fmt: skip
_STATES = {"": "All"} | {str(one): kit.MARK_WORDS[one] for one in HumanStatus}
_HIDDEN = "–"


def body(project: Project, queue: Queue | None, wanted: QueueFilter, sort: Sort) -> None:
    review_said.show(project)  # above the bar: the table's own tools lie over what stands right above it
    wanted = _narrowed(queue, wanted)
    number = max(1, int(st.session_state.get("review.page") or 1))
    page = item_list.page(shell.actor(), project, wanted, sort, number=number, of=queue)
    if not page.total:
        _empty(wanted)
        return
    similar_to = st.query_params.get("similar")
    if similar_to and not item_list.is_hidden(queue):
        review_similar.show(project, similar_to)
    rows = _table(page, queue)
    _paging(page)
    with st.container(horizontal=True, vertical_alignment="center", key="review_list_foot"):
        _actions(project, queue, [page.items[row] for row in rows if row < len(page.items)])
        if shell.actor().role is not Role.ANNOTATOR:
            review_bulk.offer(project, wanted, page.total)


def _narrowed(queue: Queue | None, wanted: QueueFilter) -> QueueFilter:
    """The state and the words that are looked for now, on top of the filter."""
    with st.container(horizontal=True, vertical_alignment="center", key="review_list_bar"):
        if not item_list.is_hidden(queue):
            state = st.segmented_control(
                "State", list(_STATES), default="", format_func=_STATES.__getitem__, key="review.state",
                label_visibility="collapsed", required=True, on_change=_first_page,
            )  # fmt: skip
            if state:
                wanted = replace(wanted, people=(state,))
        find = st.text_input(
            "Find", placeholder="Find in the texts", key="review.find", label_visibility="collapsed", width=240,
            on_change=_first_page,
        )  # fmt: skip
    return replace(wanted, find=find.strip()) if find.strip() else wanted


def _first_page() -> None:
    st.session_state.pop("review.page", None)


def _empty(wanted: QueueFilter) -> None:
    words = f"No text contains “{wanted.find}”." if wanted.find else "Nothing matches this filter."
    kit.show("empty", h("p", words), key="review.list.empty")


def _table(page: ItemPage, queue: Queue | None) -> list[int]:
    """Draw it. → the numbers of the chosen rows."""
    import pandas as pd

    rows = [_cells(item) for item in page.items]
    columns = list(rows[0])
    if queue is not None and queue.hides_makers:
        columns = ["People", "Instruction", "Words", "Flag"]
    state = st.dataframe(
        pd.DataFrame(rows)[columns],
        hide_index=True,
        height=min(_HEIGHT, _ROW * (len(rows) + 1) + 3),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"review.table.{st.session_state.get('review.round', 0)}.{st.session_state.get('review.page') or 1}",
        column_config={
            "Instruction": st.column_config.TextColumn(width=430),
            "Difficulty": st.column_config.NumberColumn(format="%.1f", width="small"),
            "Words": st.column_config.NumberColumn(width="small"),
            "Epoch": st.column_config.NumberColumn(width="small"),
            "Machine": st.column_config.TextColumn(width=110),
            "Flag": st.column_config.TextColumn(width=50),
        },
        placeholder="",
        alt="Instructions of this filter",
    )
    return list(state["selection"]["rows"])


def _cells(item: Item) -> dict[str, object]:
    operation = item.operation or "seed"
    shown = kit.OPERATION_LABELS[operation] if item.epoch is not None else ""
    return {
        "People": _HUMAN.get(item.human or "", _HIDDEN),
        "Instruction": item.first_words,
        "Operation": shown,
        "Epoch": item.epoch,
        "Difficulty": item.difficulty,
        "Words": item.words,
        "Machine": _MACHINE.get(item.run_status or "", ""),
        "Flag": "⚑" if item.flagged else "",
    }


def _paging(page: ItemPage) -> None:
    pages = -(-page.total // item_list.PAGE)
    if pages > 1:
        if st.session_state.get("review.page", page.number) != page.number:
            st.session_state["review.page"] = page.number
        st.pagination(pages, key="review.page")


def _actions(project: Project, queue: Queue | None, items: list[Item]) -> None:
    """What can be done with the chosen ones; without any, how to choose."""
    if not items:
        kit.show(
            "hint",
            h("p", {"class": "lab"}, "Choose rows to decide several at once, or one to open it."),
            key="review.list.hint",
        )
        return
    st.button(f"Accept {len(items):,}", key="review.accept", on_click=_decide, args=(project, queue, items, Act.ACCEPT))
    reason = st.selectbox(
        "Reason", list(Reason), format_func=lambda one: one.label, key="review.reason", index=None, width=150,
        placeholder="no reason", label_visibility="collapsed",
    )  # fmt: skip
    st.button(
        f"Reject {len(items):,}",
        key="review.reject",
        on_click=_decide,
        args=(project, queue, items, Act.REJECT, reason),
    )
    st.button("Flag", key="review.flag", on_click=_decide, args=(project, queue, items, Act.FLAG))
    if len(items) == 1:
        _one(project, queue, items[0])


def _one(project: Project, queue: Queue | None, item: Item) -> None:
    if st.button("Open in the deck", key="review.open_one"):
        shell.studio().desk.trial_for(shell.actor(), project, item.id, queue.id if queue else None)
        where = {"project": project.slug, "view": "deck"}
        st.switch_page("../review.py", query_params=where | ({"queue": queue.id} if queue else {}))
    if item.run_id and not (queue and queue.hides_makers) and st.button("In its tree", key="review.tree"):
        where = {"project": project.slug, "run": item.run_id, "seed": item.seed_id, "node": item.id}
        st.switch_page("../trees.py", query_params=where)
    if not item_list.is_hidden(queue) and st.button("Similar to this one", key="review.similar"):
        st.query_params["similar"] = item.id
        st.rerun()


def _decide(project: Project, queue: Queue | None, items: list[Item], act: Act, reason: Reason | None = None) -> None:
    """For a click's callback; the choice is then empty."""
    try:
        review_said.keep(
            chosen.decide(
                shell.studio(), shell.actor(), project, items, act, reason=reason, queue_id=queue.id if queue else None
            )
        )
    except StudioError as error:
        review_said.keep(str(error))
    st.session_state["review.round"] = st.session_state.get("review.round", 0) + 1
