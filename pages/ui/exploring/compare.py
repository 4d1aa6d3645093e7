"""The view Compare of the page Explore: two runs, epochs, prompts, queues or filters beside each other, every measure with its difference."""

import streamlit as st

from core.domain.diversity import FEW_SEEDS, Comparison, Contrast, Side
from core.domain.explore import Scope
from core.domain.queue import QueueFilter
from core.domain.study_numbers import Estimate
from core.figures import diversity as figures
from core.services.exploring import comparing, explored, sides
from core.services.exploring.comparing import Question
from core.services.exploring.pools import Drawing
from core.services.projects import Project
from core.services.reviewing import queue_address
from pages.ui import kit, shell
from pages.ui.exploring import asked, behind, card, embed, work
from pages.ui.figure_head import head
from pages.ui.kit import h

_WHAT = "What differs, and how sure that is"
_LEAST_P = 0.001


def show(project: Project, scope: Scope) -> None:
    """Draw it for this scope."""
    known = sides.every(shell.actor(), project, scope)
    usual = sides.usual(known)
    if usual is None:
        kit.show(
            "empty",
            h("p", "There is one epoch of one run. Two sides are compared once there are more."),
            key="explore.compare.empty",
        )
        return
    chosen = [_side(known, name, other) for name, other in zip(("first", "second"), usual, strict=True)]
    _controls(known, chosen)
    model = next(iter(explored.models(shell.actor(), project)), "")
    references = explored.references(shell.actor(), project)
    against = asked.one_of("against", tuple(references), "")  # as it was chosen under Diversity
    question = Question(first=chosen[0][1], second=chosen[1][1], how=Drawing(model=model, reference=against))
    found = work.ask(project, question, _WHAT)
    if isinstance(found, Comparison):
        _found(project, question, found)


def _side(known: dict[str, Side], name: str, usual: str) -> tuple[str, Side]:
    """Its key in the address, and itself. Instead of one that there is not, the usual one: of a filter that cannot be, it is said why."""
    key = st.query_params.get(name, usual)
    side: Side | None = None
    with shell.problems(f"explore.compare.{name}"):
        side = sides.named(shell.actor(), known, key)
    return (key, side) if side is not None else (usual, known[usual])


def _controls(known: dict[str, Side], chosen: list[tuple[str, Side]]) -> None:
    titles = {key: side.title for key, side in (*known.items(), *chosen)}
    with st.container(horizontal=True, vertical_alignment="center", key="explore_compare_asked"):
        asked.select("First side", "first", list(titles), chosen[0][0], titles.__getitem__, width=330)
        against = {key: f"against {title}" for key, title in titles.items()}
        asked.select("Second side", "second", list(titles), chosen[1][0], against.__getitem__, width=330)
        with st.popover("Any filter", width="content"):
            st.text_input(
                "First side: a filter as it stands in Review's address", key="explore.first_filter",
                placeholder="operation=deepen&epoch=2", on_change=_take, args=("first",),
            )  # fmt: skip
            st.text_input(
                "Second side", key="explore.second_filter", placeholder="operation=concretize&epoch=2", on_change=_take,
                args=("second",),
            )  # fmt: skip


def _take(name: str) -> None:
    if said := st.session_state[f"explore.{name}_filter"].strip().rpartition("?")[2]:
        asked.put(name, sides.FILTER + said)


def _found(project: Project, question: Question, found: Comparison) -> None:
    kit.show("line", h("p", {"class": "lab"}, _conditions(found)), key="explore.compare.conditions")
    work.fresh(project, question, found.mark)
    if found.why_no_texts:
        kit.show("line", h("p", found.why_no_texts), key="explore.compare.no_texts")
        embed.offer(project, "Some texts have no embedding yet.", is_primary=False)
    shown = [one for one in found.contrasts if one.relative is not None]
    if shown:
        addresses = {one.measure: queue_address.as_text(one.behind[1]) for one in shown}
        lead = "95 % intervals by seed; filled: clear after correction for all of them"
        said = "; ".join(
            f"{one.measure.label}: {figures.said_difference(one.measure, one.difference)}" for one in shown
        )
        figure = figures.differences(shown, addresses, card.colours())
        card.figure("differences", "What differs", lead, figure, _rows(found), said=said)
    _table(found)


def _conditions(found: Comparison) -> str:
    first, second, both = found.seeds
    few = min(first, second) < FEW_SEEDS
    parts = [
        f"{found.first.title}: {first:,} seeds. {found.second.title}: {second:,}. {both:,} of them in both, resampled together.",
        f"Rates, means and costs: {comparing.ROUNDS:,} resamples of seeds.",
    ]
    if (told := found.conditions) is not None:
        parts.append(f"Diversity: both at {told.equal:,} texts, {told.rounds:,} draws of half of the seeds.")
        parts.append(f"Embedded by {told.model}; {told.clusters} clusters of both sides together.")
        parts.append(f"Covered: of {told.reference_clusters} clusters of {told.reference}." if told.reference else "")
    parts.append("p of each difference, and corrected for all of them (Holm).")
    parts.append(f"Fewer than {FEW_SEEDS} seeds on a side: intervals are rough." if few else "")
    return " ".join(part for part in parts if part)


def _rows(found: Comparison) -> card.Rows:
    """All numbers, for the file."""
    columns = ("measure", "side", "value", "95 % from", "to", "n", "p", "p corrected", "note")
    rows: list[tuple[card.Cell, ...]] = []
    for one in found.contrasts:
        for side, told in (("first", one.first), ("second", one.second), ("difference", one.difference)):
            ps = (one.p, one.holm) if side == "difference" else (None, None)
            rows.append((one.measure.label, side, told.value, told.low, told.high, told.n, *ps, told.why))
    return card.Rows(columns=columns, rows=tuple(rows))


def _table(found: Comparison) -> None:
    """Every number of either side opens what it is about."""
    lead = "second less first; every number opens what it is about"
    names = ("", found.first.title, found.second.title, "Difference", "p", "Corrected")
    heads = (h("th", {"scope": "col", "class": "r" if at else ""}, name) for at, name in enumerate(names))
    table = h("table", h("thead", h("tr", *heads)), h("tbody", *map(_row, found.contrasts)))
    with st.container(border=True, gap=None, key="explore_compared_card"):
        top = head("Measure by measure", lead, "explore-compare", card.as_csv(_rows(found)), picture=False)
        if action := kit.show("results", top, table, key="explore.compared"):
            behind.follow(action)


def _row(one: Contrast) -> kit.Element:
    moved = one.difference
    words = figures.said_difference(one.measure, moved) if moved.value is not None else moved.why or "–"
    cells: list[kit.Child] = [
        _opens(one, one.first, one.behind[0]),
        _opens(one, one.second, one.behind[1]),
        h("b", words)
        if one.is_clear
        else h("span", {"title": moved.why, "class": "dim" if moved.value is None else ""}, words),
        _p(one.p),
        _p(one.holm),
    ]
    name = h("th", {"scope": "row", "class": "nm", "title": one.measure.about}, one.measure.label)
    return h("tr", name, *(h("td", {"class": "r num"}, cell) for cell in cells))


def _opens(one: Contrast, told: Estimate, wanted: QueueFilter) -> kit.Element:
    """A number that opens what it is about; without a number, why there is none."""
    if told.value is None:
        return h("span", {"class": "dim"}, told.why or "–")
    about: dict[str, object] = {
        "class": "lk", "data-action": queue_address.as_text(wanted), "title": f"n {told.n:,}. {told.why}".strip(),
    }  # fmt: skip
    return h("button", about, figures.said(one.measure, told))


def _p(p: float | None) -> str:
    return "–" if p is None else f"<\N{NO-BREAK SPACE}{_LEAST_P:g}" if p < _LEAST_P else f"{p:.3f}"
