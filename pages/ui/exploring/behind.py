"""The instructions behind a number: a list in a dialog, and the ways on from it. Their filter stands in the address."""

from typing import Literal, NoReturn

import streamlit as st

from core.domain import ids
from core.domain.queue import QueueFilter, Sort
from core.services.exploring.as_seeds import take_as_seeds
from core.services.projects import Project
from core.services.reviewing import item_list, queue_address, queues
from core.services.reviewing.item_list import Item
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing.review_words import filter_in_words
from pages.ui.words import count

_NAME, _TITLE = "behind", "explore.behind.title"
_PAGE = 50


def open(project: Project, wanted: QueueFilter, title: str = "") -> None:  # noqa: A001 (always behind.open)
    """Show what a filter means, from this run of the page on. For a callback, or before `if_asked` draws."""
    st.query_params["project"] = project.slug
    follow(queue_address.as_text(wanted), title)


def follow(address: str, title: str = "") -> None:
    """The same for a filter as it stands in an address (`queue_address.as_text`): what points of a figure carry."""
    st.query_params[_NAME] = address
    st.session_state[_TITLE] = title
    st.session_state.pop("explore.behind.page", None)


def forget() -> None:
    """Close the list; a figure that was clicked is drawn anew, so that the same point can be clicked again."""
    st.query_params.pop(_NAME, None)
    for name in (_TITLE, "explore.behind.page", "explore.behind.seeds"):
        st.session_state.pop(name, None)
    st.session_state["explore.closed"] = closed() + 1


def closed() -> int:
    """How often the list was closed in this visit: part of the key of every figure."""
    return int(st.session_state.get("explore.closed", 0))


def if_asked(project: Project) -> None:
    """Open the list if the address names one."""
    if text := st.query_params.get(_NAME, ""):
        _dialog(project, text)


@st.dialog("Instructions behind this number", width="large", on_dismiss=forget)
def _dialog(project: Project, text: str) -> None:
    with shell.problems("explore.behind"):
        wanted = queue_address.from_text(text)
        number = int(st.session_state.get("explore.behind.page") or 1)
        page = item_list.page(shell.actor(), project, wanted, Sort.OLDEST, number=number, most=_PAGE)
        choices = queues.choices(shell.actor(), project)
        words = filter_in_words(wanted, choices)
        title = st.session_state.get(_TITLE, "")
        head = h("p", h("b", count(page.total, "instruction")), f" · {title + ' · ' if title else ''}{words}")
        by_hand = {ids.by_hand_id(run): run for run in choices.runs}
        lines = [_line(project, one, by_hand.get(one.run_id or "", one.run_id)) for one in page.items]
        kit.show("picked", head, *(lines or [h("p", {"class": "dim"}, "None.")]), key="explore.behind.lines")
        if page.total > _PAGE:
            st.pagination(-(-page.total // _PAGE), key="explore.behind.page")
        if page.total:
            ways_on(project, wanted, key="explore.behind", title=title or words)


def _line(project: Project, one: Item, run_id: str | None) -> kit.Element:
    """Mark, operation, first words, epoch; a link into its tree (of the run that it stands in), or, without one, to itself in a list."""
    where = f"/trees?project={project.slug}&run={run_id}&seed={one.seed_id}&node={one.id}"
    alone = f"/review?project={project.slug}&view=list&{queue_address.as_text(_alone(one))}"
    return h(
        "a",
        {"class": "l", "key": one.id, "href": where if run_id else alone, "title": one.rule or ""},
        kit.mark(one.human if one.human not in (None, "undecided") else one.run_status or "undecided"),
        kit.op(one.operation or kit.SEED),
        kit.read(one.first_words, "one"),
        h("span", {"class": "r num dim"}, count(one.words, "word")),
        h("span", {"class": "r num dim"}, f"epoch {one.epoch}" if one.epoch else one.kind),
    )


def _alone(one: Item) -> QueueFilter:
    return QueueFilter(kinds=(one.kind,), statuses=(), set_aside=None, ids=(one.id,))


def ways_on(project: Project, wanted: QueueFilter, *, key: str, title: str) -> None:
    """Four buttons: what can be done with everything that a filter means."""
    with st.container(horizontal=True, key=f"{key.replace('.', '_')}_ways"):
        if st.button("Open as a list", key=f"{key}.list", type="primary"):
            go(project, wanted, "list")
        if st.button("New queue", key=f"{key}.queue"):
            go(project, wanted, "queue")
        if st.button("Take out", key=f"{key}.out"):
            go(project, wanted, "out")
        if st.button("Use as seeds", key=f"{key}.seeds"):
            _as_seeds(project, wanted, key=key, title=title)


def go(project: Project, wanted: QueueFilter, way: Literal["list", "queue", "out"]) -> NoReturn:
    """To the page where something becomes of them: a list, the form of a new queue, an export."""
    query = {"project": [project.slug], **queue_address.named(wanted)}
    if way == "list":
        st.switch_page("../review.py", query_params=query | {"view": ["list"]})
    if way == "queue":
        st.switch_page("../review.py", query_params=query | {"new": ["1"]})
    which = {"part": "out", "which": queue_address.as_text(wanted)}
    st.switch_page("../data.py", query_params={"project": project.slug, **which})


def _as_seeds(project: Project, wanted: QueueFilter, *, key: str, title: str) -> None:
    """Their present texts become seeds of this project; what is a seed already is merged."""
    with st.spinner("Taking them as seeds"):
        report = take_as_seeds(shell.actor(), project, wanted, name=title)
    already = count(report.merged, "text was a seed already", "texts were seeds already")
    merged = f" {already}." if report.merged else ""
    said = f"{count(report.taken, 'new seed')}.{merged} They stand on the page Seeds as “{report.name}”."
    kit.show("line", h("p", said), key=f"{key}.taken")
