"""Taking something out: what, in which form, what comes of it, and the link that downloads it."""

import streamlit as st

from core.domain.explore import EVERYTHING
from core.domain.export import Counted, ExportFormat, Order, PastExport
from core.services.exchanging import exports
from core.services.exchanging.wanted import ACCEPTED_WORD, EVERYTHING_WORD, described, wanted
from core.services.projects import Project
from core.services.reviewing import queues
from pages.ui import kit, shell
from pages.ui.exchanging import hub_card
from pages.ui.exchanging.export_routes import address
from pages.ui.kit import h
from pages.ui.reviewing.review_words import filter_in_words
from pages.ui.words import count

_ABOUT = {
    ExportFormat.ALPACA: "A JSON list of instruction, input and output, as trainers read it.",
    ExportFormat.SHAREGPT: "A JSON list of conversations of one exchange, human and gpt.",
    ExportFormat.CHAT: "One object a line with messages of user and assistant, as chat templates take them.",
    ExportFormat.PAIRS: "For each child that people accepted, each sibling that they rejected; the prompt is what both grew from.",
    ExportFormat.DATASET: "A zip of Parquet files and a card, which datasets.load_dataset opens as soon as it is unpacked.",
    ExportFormat.DATASET_CHAT: "The same with messages of user and assistant.",
    ExportFormat.DATASET_PAIRS: "The same with preference pairs.",
    ExportFormat.JSONL: "One object a line: instruction, response, where it stands and what was said of it.",
    ExportFormat.CSV: "The same as a table. A cell that a spreadsheet would take for a formula begins with an apostrophe.",
    ExportFormat.PARQUET: "The same, typed and compressed.",
    ExportFormat.LINEAGE: "Everything that is known of each row and of all that it grew from. It can be imported again, here or elsewhere.",
    ExportFormat.LINEAGE_PARQUET: "The same as Parquet: nested columns, compressed. It can be imported again.",
}


def form(project: Project) -> None:
    """The choice and what it comes to; the link stands below it as soon as there is something to take."""
    which, format_ = _choice(project)
    with_names = with_unready = False
    if format_.is_lineage:
        with_names = st.checkbox("Name people", key="data.names", help="Else they are numbered: person-1, person-2 …")
    else:
        with_unready = st.checkbox("Also rows without a usable response", key="data.unready")
    order = Order(
        format=format_, wanted=wanted(shell.actor(), project, which), with_names=with_names, with_unready=with_unready
    )
    counted = exports.count(shell.actor(), project, order)
    href = address(project.slug, format_=format_, which=which, with_names=with_names, with_unready=with_unready)
    kit.show("take", *_said(order, counted), _link(href, counted), key="data.take")
    if order.format.is_folder and counted.rows:
        hub_card.offer(project, order)


def _choice(project: Project) -> tuple[str, ExportFormat]:
    saved = {one.id: one.name for one in queues.every(shell.actor(), project) if not one.archived}
    names = {ACCEPTED_WORD: "What was accepted", EVERYTHING_WORD: "Everything"} | saved
    asked = st.query_params.get("which", "")
    if asked and asked not in names:  # a filter, from a number that somebody looked into
        meant = wanted(shell.actor(), project, asked) or EVERYTHING
        names = {asked: filter_in_words(meant, queues.choices(shell.actor(), project))} | names
    left, right = st.columns(2)
    start = list(names).index(asked) if asked in names else 0
    which = left.selectbox("What", list(names), start, format_func=names.__getitem__, key=f"data.which.{asked}")
    formats = list(ExportFormat)
    format_ = right.selectbox("Format", formats, format_func=lambda one: one.label, key="data.format")
    return which or ACCEPTED_WORD, format_ or formats[0]


def _said(order: Order, counted: Counted) -> list[kit.Element]:
    """How many rows, which of them came along, and which stay behind and why."""
    lines = [h("p", {"class": "dim"}, _ABOUT[order.format])]
    lines.append(h("p", h("b", count(counted.rows, "row")), f" as of {counted.as_of_seq:,}"))
    if counted.above:
        lines.append(h("p", {"class": "dim"}, f"{counted.above:,} of them only because others grew from them"))
    word = "Taken all the same" if order.takes_unready else "Left out"
    lines += [kit.note("waiting", f"{word}: {n:,}", f"each {reason.label}") for reason, n in counted.unready.items()]
    return lines


def _link(href: str, counted: Counted) -> kit.Element:
    if not counted.rows:
        return h(
            "p",
            {"class": "dim"},
            "There is nothing to take yet. Choose something else, or accept some on the page Review.",
        )
    return h("p", h("a", {"class": "bt pri", "href": href}, "Download"))


@st.fragment(run_every=4)
def past(project: Project) -> None:
    """What was taken out before; a download that has just ended appears by itself."""
    with shell.problems("data.past"):
        taken = exports.past(shell.actor(), project)
        rows = (_line(one) for one in taken)
        empty = h("p", {"class": "dim"}, "Nothing was taken out of this project yet.")
        kit.show(
            "exports", h("div", {"class": "h"}, "Earlier exports"), *(rows if taken else (empty,)), key="data.past"
        )


def _line(one: PastExport) -> kit.Element:
    fact = one.export
    return h(
        "div",
        {"class": "i"},
        h("div", {"class": "row"}, h("b", {"class": "one"}, ExportFormat(fact.format).label), h("span", {"class": "dim num push"}, count(fact.rows, "row"))),
        h("div", {"class": "dim"}, described(fact.filter)),
        h("div", {"class": "lab num"}, f"{one.taken_at.astimezone():%d %b %Y, %H:%M} · {one.by_name} · as of {fact.as_of_seq:,}"),
        h("div", {"class": "lab sum"}, "sha256", h("code", {"title": fact.sha256}, fact.sha256)),
    )  # fmt: skip
