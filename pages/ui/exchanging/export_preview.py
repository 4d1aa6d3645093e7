"""What an order comes to: exact counts step by step, the first rows as they will stand in the file, the card of a folder."""

import json
from collections.abc import Iterator, Mapping

import streamlit as st

from core.domain.export import Counted, Order, Unready
from core.services.exchanging.previewing import Preview
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import near_form
from pages.ui.kit import h
from pages.ui.words import count, duration

_LONGEST = 600  # characters of a cell that are shown
_LONG = ("instruction", "output", "response", "conversations", "messages", "prompt", "chosen", "rejected")


def looked(project: Project, order: Order) -> Preview | None:
    """The preview; one that reads every text is made in the background first, when somebody asks for it."""
    previews, actor = shell.studio().previews, shell.actor()
    if (found := previews.get(actor, project, order)) is not None:
        return found
    if not near_form.is_embedded(project, order):
        return None
    now = previews.progress(actor, project)
    if now is not None and now.is_going:
        _going(project)
        return None
    if now is not None and now.reason:
        kit.show("hint", kit.note("error", "Not counted", now.reason), key="data.preview.ended")
    words = "Near repetitions and test sets are looked for in every text: that takes a while, and can be stopped."
    kit.show("hint", h("div", {"class": "dim"}, words), key="data.preview.words")
    if st.button("Count and preview", type="primary", key="data.preview.go"):
        previews.begin(actor, project, order)
        st.rerun()
    return None


@st.fragment(run_every=1)
def _going(project: Project) -> None:
    with shell.problems("data.preview.going"):
        now = shell.studio().previews.progress(shell.actor(), project)
        if now is None or not now.is_going:
            st.rerun()
        share = now.kept / max(1, now.total)
        left = f", about {duration(now.seconds / share - now.seconds)} left" if share else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(
                share, f"Reading every text: {share:.0%}, {duration(now.seconds)} so far{left}", width="stretch"
            )
            if st.button("Stop", key="data.preview.stop"):
                shell.studio().previews.stop(shell.actor(), project)


def said(order: Order, counted: Counted) -> Iterator[kit.Element]:
    """How many rows, what each step left out, which stay behind and why."""
    yield h("p", h("b", count(counted.rows, "row")), f" as of {counted.as_of_seq:,}")
    if counted.above:
        yield h("p", {"class": "dim"}, f"{counted.above:,} of them only because others grew from them")
    for reason, n in counted.unready.items():
        is_taken = order.takes_unready and (order.format.is_lineage or reason is not Unready.NO_TEXT)
        yield kit.note("waiting", f"{'Taken all the same' if is_taken else 'Left out'}: {n:,}", f"each {reason.label}")
    for step in counted.steps:
        yield kit.note("waiting", f"Left out: {step.out:,}", f"{step.name}; {step.left:,} left")
    if len(counted.splits) > 1:
        sizes = (f"{one.name}: {count(one.rows, 'row')} of {count(one.lineages, 'lineage')}" for one in counted.splits)
        yield h("p", " · ".join(sizes))


def shown(preview: Preview) -> None:
    """The first rows and the card, folded; all of it is text and nothing else."""
    with st.expander("First rows", key="data.first"):
        for split, rows in preview.first.items():
            cells = (h("div", {"class": "i"}, *_row(row)) for row in rows)
            kit.show("first", h("div", {"class": "lab"}, split) if split else None, *cells, key=f"data.first.{split}")
    if preview.card:
        with st.expander("Its card, README.md", key="data.card"):
            st.code(preview.card, language=None, wrap_lines=True)


def _row(row: Mapping[str, object]) -> Iterator[kit.Element]:
    """What is long below its name, the rest in one line."""
    small = []
    for name, value in row.items():
        text = value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)
        if name in _LONG:
            yield h("div", {"class": "lab"}, name)
            yield kit.read(text if len(text) <= _LONGEST else text[:_LONGEST] + "…", "s")
        elif value is not None:
            small.append(f"{name}: {text}")
    yield h("div", {"class": "dim"}, " · ".join(small))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value
