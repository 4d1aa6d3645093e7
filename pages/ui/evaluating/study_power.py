"""Beside the raters: what the study asks of them, and which difference it could show."""

import streamlit as st

from core.domain.study import StudyTask
from core.domain.study_now import StudyNow
from core.services.evaluating import completeness, study_power
from core.services.evaluating.study_power import Outlook
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, duration

_TRIAL_S = 60.0  # of a trial, before anybody judged
_ABOUT = "How many prompts it takes to see, four times out of five, that one system is better: by most votes, a sign test at 95 %."


def card(project: Project, study: StudyNow) -> None:
    _load(project, study)
    if study.design.task is not StudyTask.LIKERT:
        _power(project, study)


def _load(project: Project, study: StudyNow) -> None:
    said = completeness.of(shell.studio(), shell.actor(), project, study.id)
    people = len(study.design.people)
    rows = [("Prompts", f"{study.prompts - said.left_out:,}"), ("Judgments in all", f"{said.needed:,}")]
    if people:
        each = -(-said.needed // people)
        rows.append((f"Each of {people}", f"{each:,}"))
        rows.append(("Time each", f"about {duration(each * _TRIAL_S)}"))
    note = (
        "At a minute each, until somebody has judged."
        if people
        else "How many are one person's follows from how many come."
    )
    left = f"{count(said.left_out, 'prompt')} with too few responses to compare." if said.left_out else ""
    kit.show(
        "power",
        h("div", {"class": "h"}, "What it asks of raters"),
        *(_row(name, value) for name, value in rows),
        h("p", {"class": "lab"}, note),
        kit.note("error", "Left out", left) if left else None,
        key="studies.load",
    )


def _row(name: str, value: str) -> kit.Element:
    return h("div", {"class": "row"}, h("span", {"class": "dim"}, name), h("b", {"class": "push num"}, value))


def _power(project: Project, study: StudyNow) -> None:
    kit.show(
        "power",
        h("div", {"class": "h"}, "Which difference could it show?"),
        h("p", {"class": "lab"}, _ABOUT),
        key="studies.power.about",
    )
    win_rate = _guess(
        "The better one wins", 51, 95, 65, "win", about="Of the prompts on which one of the two is really better."
    )
    with st.expander("What else is guessed", key="studies.power.more"):
        ties = _guess("Prompts on which neither is better", 0, 90, 30, "ties")
        agreement = _guess("A rater sees the better one", 55, 100, 80, "agreement")
    with shell.problems("studies.power"):
        found = study_power.outlook(shell.actor(), project, study.id, win_rate=win_rate, ties=ties, agreement=agreement)
        kit.show("power", *_needs(found), key="studies.power.needs")


def _guess(label: str, least: int, most: int, usual: int, name: str, about: str | None = None) -> float:
    """A share, asked as percent."""
    return st.slider(label, least, most, usual, format="%d %%", key=f"studies.power.{name}", help=about) / 100


def _needs(found: Outlook) -> list[kit.Child]:
    """A line for each number of people, the study's own marked; and what its own prompts would show."""
    lines: list[kit.Child] = []
    for one in found.needs:
        need = "never" if one.prompts is None else f"{one.prompts:,} prompts"
        own = " (this study)" if one.judges == found.judges else ""
        lines.append(_row(f"{count(one.judges, 'person', 'people')} each{own}", need))
    if found.pairs > 1:
        lines.append(
            h("p", {"class": "lab"}, f"{found.pairs} pairs are compared, so each needs more than it would alone.")
        )
    if not found.prompts:
        return lines
    if found.least_seen is None:
        own_words = f"{count(found.prompts, 'prompt')} would show no difference reliably."
        return [*lines, kit.note("error", "Few", own_words)]
    own_words = f"With its {count(found.prompts, 'prompt')} it would show a win rate of {found.least_seen:.0%} or more."
    return [*lines, h("p", own_words)]
