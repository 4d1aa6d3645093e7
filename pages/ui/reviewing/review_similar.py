"""Texts beside each other: what is similar to one item, and a member of a group beside its oldest."""

import streamlit as st

from core.services.projects import Project
from core.services.reviewing import duplicates, item_list
from core.services.reviewing.item_list import Item
from pages.ui import kit, shell
from pages.ui.kit import h


def show(project: Project, id_: str) -> None:
    """What is like this one, most alike first."""
    with st.container(border=True, key="review_similar_card"), shell.problems("review.similar"):
        with st.container(horizontal=True, vertical_alignment="center"):
            kit.show("hint", h("p", {"class": "h"}, "Similar to this one"), key="review.similar.title")
            st.button("Close", key="review.similar.close", on_click=_close)
        this = next(iter(item_list.items(shell.actor(), project, [id_])), None)
        found = duplicates.similar(shell.actor(), project, id_)
        if this is None or not found:
            kit.show("hint", h("p", {"class": "lab"}, "Nothing here says nearly the same."), key="review.similar.none")
            return
        lines = (line(one.item, this, one.alike, project) for one in found)
        kit.show("alike", kit.read(this.text[:2_000], "s"), *lines, key="review.similar.lines")


def line(item: Item, beside: Item, alike: float, project: Project, *more: kit.Child) -> kit.Element:
    """One item: how much it is like the other, its mark, and the difference."""
    pieces = item_list.pieces(beside, item)
    text = kit.read(item.text[:4_000] if pieces is None else kit.diff_nodes(pieces), "s")
    return h(
        "div",
        {"class": "a", "key": item.id},
        h("span", {"class": "num"}, f"{alike:.0%}" if item.id != beside.id else "oldest"),
        kit.mark(item.human) if item.human else None,
        text,
        h("span", {"class": "go"}, *more, _tree(item, project)),
    )


def _tree(item: Item, project: Project) -> kit.Child:
    if not item.run_id:
        return None
    where = f"/trees?project={project.slug}&run={item.run_id}&seed={item.seed_id}&node={item.id}"
    return h("a", {"href": where}, "In its tree")


def _close() -> None:
    st.query_params.pop("similar", None)
