"""The view Diversity of the page Explore: how unlike one another texts are, by epoch, operation or run, beside reference sets."""

from collections.abc import Sequence

import streamlit as st

from core.domain.diversity import FEW_SEEDS, SHOWN_OF_GROUPS, Conditions, Diversity, Group, Measure, Part
from core.domain.explore import Scope
from core.figures import diversity as figures
from core.services.exploring import explored
from core.services.exploring.diversity import NO_REFERENCE, Question
from core.services.exploring.pools import Drawing
from core.services.projects import Project
from core.services.reviewing import queue_address
from pages.ui import kit, shell
from pages.ui.exploring import asked, card, embed, work
from pages.ui.kit import h
from pages.ui.words import count

_NO_VECTORS = "Diversity is measured on embeddings: numbers that lie close together where texts say alike."
_WHAT = "How unlike one another the texts are"


def show(project: Project, scope: Scope) -> None:
    """Draw it for this scope."""
    references = explored.references(shell.actor(), project)
    part = Part(asked.one_of("by", tuple(Part), Part.EPOCH))
    against = asked.one_of("against", tuple(references), next(iter(references), ""))
    with st.container(horizontal=True, vertical_alignment="center", key="explore_diversity_asked"):
        asked.segments("By", "by", tuple(Part), part, lambda one: Part(one).label)
        if len(references) > 1:
            asked.select("Against", "against", tuple(references), against, lambda one: f"against {references[one]}")
    model = next(iter(explored.models(shell.actor(), project)), "")
    if not model:
        embed.offer(project, _NO_VECTORS, is_primary=True)
        return
    question = Question(how=Drawing(model=model, reference=against), wanted=scope.filter, seeds=scope.seeds, part=part)
    found = work.ask(project, question, _WHAT)
    if isinstance(found, Diversity):
        _found(project, question, found)


def _found(project: Project, question: Question, found: Diversity) -> None:
    if not found.groups:
        words = f"Nothing is measured: {_left_out(found.left_out) or 'there are no texts'}."
        kit.show("empty", h("p", words), key="explore.diversity.none")
    else:
        kit.show("line", h("p", {"class": "lab"}, _conditions(found)), key="explore.diversity.conditions")
        work.fresh(project, question, found.conditions.mark)
        told = [one for one in SHOWN_OF_GROUPS if any(group.estimates[one].value is not None for group in found.groups)]
        for start in range(0, len(told), 2):
            for column, measure in zip(st.columns(2, gap="medium"), told[start : start + 2], strict=False):
                with column:
                    _card(found, measure)
    if any(group.without for group in (*[one.group for one in found.groups], *found.left_out)):
        embed.offer(project, "Some texts have no embedding yet and are not measured.", is_primary=False)


def _card(found: Diversity, measure: Measure) -> None:
    shown = [one for one in found.groups if one.estimates[measure].value is not None]
    addresses = {one.group.name: queue_address.as_text(one.group.wanted) for one in shown}
    table = card.Rows(
        columns=("Group", measure.label, "95 % from", "to", "n", "seeds", "note"),
        rows=tuple(
            (one.group.title, told.value, told.low, told.high, one.group.n, one.group.seeds, told.why)
            for one in shown
            for told in (one.estimates[measure],)
        ),
        behind=tuple(addresses.values()),
    )
    said = "; ".join(f"{one.group.title}: {figures.said(measure, one.estimates[measure])}" for one in shown)
    figure = figures.groups(measure, shown, addresses, card.colours(), few=FEW_SEEDS)
    card.figure(measure, measure.label, measure.about, figure, table, said=said)


def _conditions(found: Diversity) -> str:
    """What somebody has to know who quotes these numbers."""
    told, groups = found.conditions, [one.group for one in found.groups]
    parts = [
        f"Each group at {count(told.equal, 'text')}, whole lineages drawn at random: these numbers depend on how many there are.",
        f"Dot: mean of {told.rounds:,} draws of half of the seeds; line: 95 % interval by seed.",
        _reference(told),
        f"Embedded by {told.model}; {told.clusters} clusters of all groups together.",
    ]
    if any(group.seeds < FEW_SEEDS for group in groups):
        parts.append(f"Hollow: fewer than {FEW_SEEDS} seeds, so the interval itself is rough.")
    if left := _left_out(found.left_out):
        parts.append(f"Left out, {left}.")
    return " ".join(part for part in parts if part)


def _reference(told: Conditions) -> str:
    if not told.reference:
        return f"Covered: {NO_REFERENCE}; bring in one under Data (Alpaca, ShareGPT, any)."
    return f"Covered: of {told.reference_clusters} clusters of {told.reference}."


def _left_out(groups: Sequence[Group]) -> str:
    """Their common reason, then each with its texts and seeds."""
    if not groups:
        return ""
    each = ", ".join(f"{one.title} ({one.n:,} of {count(one.seeds, 'seed')})" for one in groups)
    return f"{groups[0].why_not}: {each}"
