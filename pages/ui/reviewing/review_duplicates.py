"""Near-duplicates of a filter: the search with its progress, the groups, keep one and reject the rest."""

import streamlit as st

from core.domain.person import Role
from core.domain.queue import QueueFilter
from core.errors import StudioError
from core.services.projects import Project
from core.services.reviewing import bulk, item_list, queues
from core.services.reviewing.duplicates import ALIKE, Group, SearchProgress, still_there
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import review_said, review_similar
from pages.ui.words import count, duration

_PAGE = 10


def body(project: Project, wanted: QueueFilter) -> None:
    now = shell.studio().duplicates.progress(shell.actor(), project, wanted)
    review_said.show(project)
    if now is not None and now.is_going:
        st.fragment(_going, run_every=1)(project, wanted)
    elif now is None or now.problem:
        _offer(project, wanted, now)
    else:
        _groups(project, wanted, now)


def _offer(project: Project, wanted: QueueFilter, now: SearchProgress | None) -> None:
    total = queues.count(shell.actor(), project, wanted)
    said = kit.note("error", now.problem, "The search ended early; nothing is kept of it.") if now else None
    words = (
        f"Finds instructions that share at least {ALIKE:.0%} of their three-word runs, among {count(total, 'item')}."
    )
    kit.show("empty", said, h("p", words), key="review.duplicates.offer")
    st.button(
        "Find near-duplicates",
        type="primary",
        key="review.duplicates.start",
        disabled=not total,
        on_click=_start,
        args=(project, wanted),
    )


def _start(project: Project, wanted: QueueFilter) -> None:
    try:
        shell.studio().duplicates.start(shell.actor(), project, wanted)
    except StudioError as error:
        review_said.keep(str(error))


def _going(project: Project, wanted: QueueFilter) -> None:
    now = shell.studio().duplicates.progress(shell.actor(), project, wanted)
    if now is None or not now.is_going:
        st.rerun()
    share = 100 * now.done / max(1, now.total)
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    said = f"{now.done:,} of {now.total:,} texts, {now.rate_s:,.0f} a second{left}"
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{share:.1f}%"}}))
    kit.show("searching", h("p", said), track, key="review.duplicates.going")
    st.button(
        "Stop", key="review.duplicates.stop", on_click=shell.studio().duplicates.stop, args=(shell.actor(), project)
    )


def _groups(project: Project, wanted: QueueFilter, now: SearchProgress) -> None:
    """Some groups a page, without those that are settled."""
    groups = still_there(shell.actor(), project, now.groups)
    rest = [id_ for group in groups for id_ in group.ids[1:]]
    with st.container(horizontal=True, vertical_alignment="center", key="review_duplicates_bar"):
        exact = sum(group.is_exact for group in groups)
        said = f"{count(len(groups), 'group')} in {now.total:,} texts, {exact:,} of them word for word; {len(rest):,} could go."
        kit.show("line", h("p", said), key="review.duplicates.said")
        st.button("Search again", key="review.duplicates.start", on_click=_start, args=(project, wanted))
        if (
            rest
            and shell.actor().role is not Role.ANNOTATOR
            and st.button(f"Keep the oldest of each, reject {len(rest):,} …", key="review.duplicates.all")
        ):
            _all(project, rest)
    if not groups:
        kit.show("empty", h("p", "No two of them say nearly the same."), key="review.duplicates.none")
        return
    pages = -(-len(groups) // _PAGE)
    if int(st.session_state.get("review.duplicates.page") or 1) > pages:  # groups that are settled are gone
        st.session_state["review.duplicates.page"] = pages
    slot = st.container()
    number = (st.pagination(pages, key="review.duplicates.page") if pages > 1 else 1) or 1
    with slot:
        for group in groups[(number - 1) * _PAGE : number * _PAGE]:
            _group(project, group)


def _group(project: Project, group: Group) -> None:
    items = item_list.items(shell.actor(), project, group.ids[:20])
    may = shell.actor().role is not Role.ANNOTATOR
    alike = dict(zip(group.ids, group.alike, strict=True))
    lines = [
        review_similar.line(
            item, items[0], alike[item.id], project, _keep_button(item.id, len(group.ids)) if may else None
        )
        for item in items
    ]
    if len(group.ids) > len(items):
        lines.append(h("p", {"class": "lab"}, f"and {len(group.ids) - len(items):,} more"))
    with st.container(border=True, key=f"review_group_{group.ids[0]}_card"):
        kept = kit.show("alike", *lines, key=f"review.group.{group.ids[0]}")
    if kept in group.ids:
        with shell.problems("review.duplicates"):
            review_said.keep(bulk.reject_duplicates(shell.actor(), project, [id_ for id_ in group.ids if id_ != kept]))
            st.rerun()


def _keep_button(id_: str, n: int) -> kit.Element:
    return h("button", {"class": "bt small", "data-action": id_}, f"Keep this, reject {n - 1:,}")


@st.dialog("Keep the oldest of each group")
def _all(project: Project, rest: list[str]) -> None:
    with shell.problems("review.duplicates.all"):
        kit.show(
            "stop",
            h("p", f"Reject {count(len(rest), 'item')}? One undo brings all of them back."),
            key="review.duplicates.ask",
        )
        yes, no = st.columns(2)
        if yes.button(f"Reject {len(rest):,}", type="primary", key="review.duplicates.yes", width="stretch"):
            review_said.keep(bulk.reject_duplicates(shell.actor(), project, rest))
            st.rerun()
        if no.button("Look again", key="review.duplicates.no", width="stretch"):
            st.rerun()
