"""Taking something out: what, in which form, what comes of it, and the link that downloads it."""

import streamlit as st

from core.domain.explore import EVERYTHING
from core.domain.export import Counted, ExportFormat, Order
from core.services.evaluating import study_course, study_making
from core.services.exchanging import exports
from core.services.exchanging.wanted import ACCEPTED_WORD, EVERYTHING_WORD, wanted
from core.services.projects import Project
from core.services.reviewing import queues
from pages.ui import kit, shell
from pages.ui.evaluating.report_routes import address as study_file
from pages.ui.exchanging import export_preview, hub_card, shape_form
from pages.ui.exchanging.export_routes import address
from pages.ui.kit import h
from pages.ui.reviewing.review_words import filter_in_words

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
    kit.show("about", h("p", {"class": "dim"}, _ABOUT[format_]), key="data.about")
    order = _order(project, which, format_)
    if format_.is_lineage:
        _offer(project, order, which, exports.count(shell.actor(), project, order), "")
    elif (preview := export_preview.looked(project, order)) is not None:
        _offer(project, order, which, preview.counted, preview.problem)
        if preview.counted.rows:
            export_preview.shown(preview)
        if format_.is_folder and preview.card:
            hub_card.offer(project, order)
    if format_.is_pairs:
        _study_votes(project)


def _order(project: Project, which: str, format_: ExportFormat) -> Order:
    with_names = with_unready = False
    if format_.is_lineage:
        with_names = st.checkbox("Name people", key="data.names", help="Else they are numbered: person-1, person-2 …")
    elif not format_.is_pairs:
        with_unready = st.checkbox("Also rows without a usable response", key="data.unready")
    return Order(
        format=format_,
        wanted=wanted(shell.actor(), project, which),
        with_names=with_names,
        with_unready=with_unready,
        shaping=shape_form.shaping(project, format_),
        licences=shape_form.licences(format_),
    )


def _offer(project: Project, order: Order, which: str, counted: Counted, problem: str) -> None:
    link = kit.note("error", "Not yet", problem) if problem else _link(address(project.slug, order, which), counted)
    kit.show("take", *export_preview.said(order, counted), link, key="data.take")


def _study_votes(project: Project) -> None:
    """Preferences of another kind: what more votes of a study preferred."""
    actor = shell.actor()
    done = [one for one in study_making.every(actor, project) if study_course.may_see_results(actor, project, one.id)]
    links = (
        h("a", {"href": study_file(project.slug, one.id, "pairs")}, f"{one.name}, version {one.version}")
        for one in done
    )
    if done:
        kit.show(
            "votes",
            h("p", {"class": "dim"}, "Or what people and models voted for in a study:"),
            h("p", (h("span", one, " ") for one in links)),
            key="data.votes",
        )


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


def _link(href: str, counted: Counted) -> kit.Element:
    if not counted.rows:
        return h(
            "p",
            {"class": "dim"},
            "There is nothing to take yet. Choose something else, or accept some on the page Review.",
        )
    return h("p", h("a", {"class": "bt pri", "href": href}, "Download"))
