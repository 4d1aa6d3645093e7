"""What a run amounts to, as figures or as tables; a click opens the instructions behind a figure. Loads plotly: import late."""

from collections.abc import Mapping

import streamlit as st

from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.overview import Overview
from core.domain.progress import RunSummary
from core.figures import measures, rates
from core.figures.look import CONFIG, Figure, Palette, palette
from core.services.growing.overview import overview
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import run_overview_tables, run_picked
from pages.ui.growing.run_overview_words import beside, caution, epoch_label, figures, first_words, is_free, rule_short
from pages.ui.kit import h
from pages.ui.words import money

SHOWN = ("Figures", "Tables")


def body(project: Project, runs: Mapping[str, RunSummary], run_id: str) -> None:
    """The whole page below its head."""
    now = overview(shell.actor(), project, run_id)
    other_id = _how_shown(runs, run_id)
    other = overview(shell.actor(), project, other_id) if other_id else None
    kit.show("overview", kit.stats(*figures(now)), *caution(now), *beside(now, other), key="runs.overview.figures")
    if not now.decided:
        kit.show("empty", h("p", first_words(now)), key="runs.overview.empty")
        return
    if st.query_params.get("as") == "tables":
        run_overview_tables.tables(now, project)
    else:
        _figures(now, other)
    if other is not None:
        run_overview_tables.differences(now, other)
    run_picked.if_asked(project, run_id)


def _how_shown(runs: Mapping[str, RunSummary], run_id: str) -> str | None:
    """Figures or tables, and beside which other run: both stand in the address. Returns the other run's id."""
    others = [one for one in runs if one != run_id]
    asked = st.query_params.get("with", "")
    with st.container(horizontal=True, vertical_alignment="center", key="overview_how"):
        tables = st.query_params.get("as") == "tables"
        shown = st.segmented_control(
            "Shown as", SHOWN, default=SHOWN[tables], key="overview.as", label_visibility="collapsed", required=True
        )
        other = st.selectbox(
            "Compare with",
            ["", *others],
            index=others.index(asked) + 1 if asked in others else 0,
            format_func=lambda one: (
                f"Run {runs[one].number} · {runs[one].name}" if one else "Compare with no other run"
            ),
            key="overview.with",
            label_visibility="collapsed",
            width=280,
            disabled=not others,
        )
    _say_in_address("as", "tables" if shown == SHOWN[1] else None)
    _say_in_address("with", other)
    return other or None


def _say_in_address(name: str, value: str | None) -> None:
    if not value:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _figures(now: Overview, theirs: Overview | None) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        _rates_by_epoch_and_rule(now, theirs)
        words = measures.words(now.words, _colours(), theirs.words if theirs else None)
        counted = f"{now.words.within.n:,} children of four operations"
        _card("words", "Words added, where 10 to 20 are asked for", words, counted)
    with right:
        _by_operation(now, theirs)
        grades = measures.grades(now.grades, _colours(), theirs.grades if theirs else ())
        _card(
            "grades", "Difficulty by epoch, seeds and survivors", grades, "dashed: the paper's means, by another rater"
        )
        price = (lambda _: "nothing") if is_free(now) else money
        costs = measures.costs(now.costs, price, _colours())
        _card("costs", "Tokens for each survivor, by operation", costs, "its failed and eliminated siblings included")


def _colours() -> Palette:
    return palette(st.context.theme.type)


def _rates_by_epoch_and_rule(now: Overview, theirs: Overview | None) -> None:
    epochs = rates.rates(now.epochs, epoch_label, _colours(), theirs.epochs if theirs else (), what="Survived")
    _card("epochs", "Survived, by epoch", epochs)
    rules = rates.rates(
        now.rules, lambda name: Rule(name).label, _colours(), theirs.rules if theirs else (), what="Passed"
    )
    _card("rules", "Passed, by rule", rules, "of those that the rule checked; a click shows those that failed it")


def _by_operation(now: Overview, theirs: Overview | None) -> None:
    operations = rates.rates(
        now.operations,
        lambda name: Operation(name).label,
        _colours(),
        theirs.operations if theirs else (),
        what="Survived",
    )
    _card("operations", "Survived, by operation", operations)
    decided = {Operation(rate.name): rate.share.n + rate.failed for rate in now.operations}
    squares = rates.eliminated(now.eliminated, decided, rule_short, _colours())
    note = "the first rule that failed; beside an operation, how many were decided"
    _card("eliminated", "Eliminated, by rule and operation", squares, note)


def _card(name: str, title: str, figure: Figure, note: str = "") -> None:
    """One figure under its title; a click on a point opens the list behind it."""
    key = run_picked.chart_key(name)
    with st.container(border=True, key=f"overview_{name}_card"):
        head = h("div", {"class": "hd"}, h("span", {"class": "h"}, title), h("span", {"class": "lab"}, note))
        kit.show("overview", head, key=f"overview.{name}.title")
        st.plotly_chart(
            figure,
            theme=None,
            key=key,
            config=dict(CONFIG),
            on_select=lambda: run_picked.take(name, key),
            selection_mode="points",
            alt=f"{title}. The same as a table: choose Tables.",
        )
