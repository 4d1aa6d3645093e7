"""The view Coverage: what there is of each skill at each difficulty, how that came, and where to grow next."""

from dataclasses import dataclass

import streamlit as st

from core.domain.coverage import DIFFICULTIES, Cell, Coverage, Reach, Scale, SkillLine
from core.domain.explore import Scope
from core.figures import coverage as figures
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring import card, coverage_cell, fill
from pages.ui.kit import h
from pages.ui.words import count

_LEADS = {
    Reach.KEPT: "survived, and not rejected",
    Reach.ACCEPTED: "by people",
    Reach.WAITING: "survived, not decided by people",
    Reach.ELIMINATED: "by a rule; most were never scored",
    Reach.REJECTED: "survived, rejected by people",
}
_BY = {Scale.MODEL: "The model's difficulty", Scale.PEOPLE: "People's difficulty"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the address says is to be shown."""

    reach: Reach
    scale: Scale
    every: bool  # skills of which there is nothing too
    cell: Cell | None


def show(project: Project, scope: Scope) -> None:
    """The grid and its curve at the left; the chosen cell, or where to grow next, at the right."""
    asked = _asked()
    found = shell.studio().coverage.grid(shell.actor(), project, scope.wanted, asked.scale)
    left, right = st.columns([2.15, 1], gap="small")
    with left:
        if is_filling := fill.is_going(project):
            fill.going(project, lambda: _curve(project, scope, asked))
        _grid(found, asked)
        if not is_filling:
            _curve(project, scope, asked)
    with right:
        coverage_cell.show(project, scope, found, asked.cell)
        if not is_filling:
            fill.show(project)


def _asked() -> Asked:
    """The choices above the grid; they stand in the address."""
    named = st.query_params
    reach = Reach(named["reach"]) if named.get("reach") in set(Reach) else Reach.KEPT
    scale = Scale(named["by"]) if named.get("by") in set(Scale) else Scale.MODEL
    every = "every" in named
    for name, value in (("reach", reach), ("by", scale), ("every", every)):
        st.session_state[f"explore.coverage.{name}"] = value
    with st.container(horizontal=True, vertical_alignment="center", key="explore_coverage_asked"):
        st.segmented_control(
            "What is counted", list(Reach), format_func=lambda one: one.label, key="explore.coverage.reach",
            label_visibility="collapsed", required=True, on_change=_look, args=("reach", Reach.KEPT),
        )  # fmt: skip
        st.segmented_control(
            "Whose difficulty", list(Scale), format_func=_BY.__getitem__, key="explore.coverage.by",
            label_visibility="collapsed", required=True, on_change=_look, args=("by", Scale.MODEL),
        )  # fmt: skip
        st.checkbox(
            "Skills of which there is nothing", key="explore.coverage.every", on_change=_look, args=("every", False)
        )
    return Asked(reach=reach, scale=scale, every=every, cell=coverage_cell.chosen())


def _look(name: str, usual: object) -> None:
    wanted = st.session_state[f"explore.coverage.{name}"]
    if wanted == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(wanted)


def _grid(found: Coverage, asked: Asked) -> None:
    lines = [line for line in found.skills if asked.every or line.seeds or _has_any(found, line)]
    filled = f"{found.filled(asked.reach):,} of {found.cells:,} cells filled; beside each of {count(len(found.growable), 'skill')} its seeds"
    card.figure(
        "coverage",
        "Skills and difficulties",
        f"{asked.reach.label}: {_LEADS[asked.reach]}. {filled}.",
        figures.grid(found, lines, asked.reach, card.colours(), asked.cell),
        _rows(found, lines, asked),
        on_pick=coverage_cell.choose,
        said=f"{found.total(asked.reach):,} instructions.",
    )
    if asked.scale is Scale.PEOPLE and not found.counts:
        words = "Nobody has said how difficult these are. A queue can ask for it: Review, New queue, “Difficulty”."
        kit.show("line", h("p", {"class": "lab"}, words), key="explore.coverage.nobody")


def _has_any(found: Coverage, line: SkillLine) -> bool:
    return any(cell.skill == line.skill for cell, _ in found.counts)


def _rows(found: Coverage, lines: list[SkillLine], asked: Asked) -> card.Rows:
    """The grid in numbers; a row's name chooses the skill, at the difficulty that is chosen already."""
    at = asked.cell.difficulty if asked.cell is not None else DIFFICULTIES[-1]
    return card.Rows(
        columns=("Skill", "Seeds", *(str(one) if one else "Not scored" for one in found.columns)),
        rows=tuple(
            (
                figures.skill_in_words(line.skill),
                line.seeds,
                *(found.n(Cell(skill=line.skill, difficulty=one), asked.reach) for one in found.columns),
            )
            for line in lines
        ),
        behind=tuple(str(Cell(skill=line.skill, difficulty=at)) for line in lines),
    )


def _curve(project: Project, scope: Scope, asked: Asked) -> None:
    found = shell.studio().coverage.curve(shell.actor(), project, scope.wanted, asked.scale)
    if not found.reached:
        return
    card.figure(
        "coverage_curve",
        "How the cells filled",
        "Cells with something kept, over the evolutions in the order in which they were decided. Flat: nothing new was reached",
        figures.curve(found, card.colours()),
        card.Rows(
            columns=("Cell", "Filled cells", "Evolutions decided"),
            rows=tuple((coverage_cell.in_words(one.cell), at, one.decided) for at, one in enumerate(found.reached, 1)),
            behind=tuple(str(one.cell) for one in found.reached),
        ),
        on_pick=coverage_cell.choose,
        said=f"{len(found.reached):,} cells after {found.decided:,}.",
    )
