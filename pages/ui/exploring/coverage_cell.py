"""One cell of the coverage: what it has, each number open to its items, and a run that would aim at it."""

import streamlit as st

from core.domain.coverage import Aim, Cell, Coverage, Reach, Scale, items_of
from core.domain.explore import Scope
from core.services.exploring import coverage
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exploring import behind
from pages.ui.growing import run_aim
from pages.ui.kit import h
from pages.ui.words import count

_NAME = "cell"  # in the address
_MARKS = {
    Reach.KEPT: "survived",
    Reach.ACCEPTED: "accepted",
    Reach.WAITING: "undecided",
    Reach.ELIMINATED: "eliminated",
    Reach.REJECTED: "rejected",
}
_ABOUT = "Choose a cell of the grid: what it has, and a run that would aim at it."


def chosen() -> Cell | None:
    """The cell that the address names."""
    return Cell.read(st.query_params.get(_NAME, ""))


def choose(text: str) -> None:
    """Show this cell, from this run of the page on."""
    if Cell.read(text) is not None:
        st.query_params[_NAME] = text


def in_words(cell: Cell) -> str:
    """Math at 8; Math, not scored."""
    return run_aim.in_words(cell) if cell.is_scored else f"{cell.skill or 'No skill'}, not scored"


def show(project: Project, scope: Scope, found: Coverage, cell: Cell | None) -> None:
    """The chosen cell, and below it the gaps that lie nearest."""
    with st.container(border=True, key="explore_cell_card"):
        kit.show("cell", h("div", {"class": "h"}, in_words(cell) if cell else "Where to grow next"), key="explore.cell.title")  # fmt: skip
        _choice(found, cell)
        if cell is None:
            kit.show("cell", h("p", {"class": "lab"}, _ABOUT), key="explore.cell.about")
        else:
            _counts(project, scope, found, cell)
            _grow(project, cell, found.scale)
    _gaps(found)


def _choice(found: Coverage, cell: Cell | None) -> None:
    """The same choice as in the grid, for keys: a skill and a difficulty."""
    skills = [line.skill for line in found.skills]
    if cell is not None:
        st.session_state["explore.cell.skill"] = cell.skill if cell.skill in skills else None
        st.session_state["explore.cell.difficulty"] = cell.difficulty if cell.difficulty in found.columns else None
    one, two = st.columns([1.5, 1])
    one.selectbox(
        "Skill", skills, format_func=lambda skill: skill or "No skill", key="explore.cell.skill",
        index=None, placeholder="Choose", on_change=_chosen,
    )  # fmt: skip
    two.selectbox(
        "Difficulty", list(found.columns), format_func=lambda one: str(one) if one else "not scored",
        index=None, key="explore.cell.difficulty", placeholder="Choose", on_change=_chosen,
    )  # fmt: skip


def _chosen() -> None:
    skill, difficulty = st.session_state["explore.cell.skill"], st.session_state["explore.cell.difficulty"]
    behind.forget()  # draws the grid anew: else a click on the cell that it holds for chosen would only let go of it
    if skill is None or difficulty is None:
        st.query_params.pop(_NAME, None)
    else:
        choose(str(Cell(skill=skill, difficulty=difficulty)))


def _counts(project: Project, scope: Scope, found: Coverage, cell: Cell) -> None:
    """How far the cell's instructions have come; each number opens them."""
    lines = (_count(found.n(cell, reach), reach) for reach in Reach)
    picked = kit.show("cell", *lines, key="explore.cell.counts")
    if picked in set(Reach):
        reach = Reach(picked)
        wanted = items_of(cell, reach, found.scale, scope.wanted)
        behind.open(project, wanted, f"{in_words(cell)}, {reach.label.lower()}")


def _count(n: int, reach: Reach) -> kit.Element:
    about: dict[str, object] = {"class": "n", "data-action": str(reach), "key": str(reach)}
    where = about | {"title": "Open them"} if n else about | {"disabled": True}
    return h("button", where, kit.mark(_MARKS[reach], reach.label), h("b", {"class": "num"}, f"{n:,}"))


def _grow(project: Project, cell: Cell, scale: Scale) -> None:
    """What a run would be set up with to reach the cell, why, and the way to its form."""
    if not cell.is_scored:
        words = "A run that scores all instructions, not survivors alone, gives eliminated ones a difficulty too."
        kit.show("cell", h("p", {"class": "lab"}, words), key="explore.cell.unscored")
        return
    plan = shell.studio().coverage.aim(shell.actor(), project, cell)
    kit.show("cell", h("div", {"class": "h"}, "A run that aims here"), key="explore.cell.aim")
    run_aim.sources(plan, key="explore.cell.sources")
    if st.button("Grow here", type="primary", key="explore.cell.grow", disabled=not plan.can_grow):
        _to_the_form(project, plan)
    words = "Opens the form of a new run with these seeds, epochs and weights. Nothing is spent before you start it."
    by_model = " Whatever the grid shows, the plan goes by the model's difficulty." if scale is Scale.PEOPLE else ""
    if plan.can_grow:
        kit.show("cell", h("p", {"class": "lab"}, words + by_model), key="explore.cell.spent")
    run_aim.operations(plan, key="explore.cell.operations")


def _to_the_form(project: Project, plan: Aim) -> None:
    run_aim.forget(project, plan.cell)
    query = {"project": project.slug, "new": "1", run_aim.NAME: str(plan.cell)}
    st.switch_page("../runs.py", query_params=query)


def _gaps(found: Coverage) -> None:
    """The empty cells next to what is kept."""
    near = coverage.gaps(found)
    if not near:
        return
    with st.container(border=True, key="explore_gaps_card"):
        picked = kit.show(
            "cell",
            h("div", {"class": "h"}, "Empty, one step harder than what is kept"),
            *(_gap(found, cell) for cell in near),
            key="explore.gaps",
        )
    if picked:
        behind.forget()
        choose(picked)
        st.rerun()


def _gap(found: Coverage, cell: Cell) -> kit.Element:
    below = found.n(Cell(skill=cell.skill, difficulty=cell.difficulty - 1), Reach.KEPT)
    fed = f"{count(below, 'instruction')} at {cell.difficulty - 1}"
    about = {"class": "n", "data-action": str(cell), "key": str(cell)}
    return h("button", about, h("span", in_words(cell)), h("span", {"class": "lab"}, fed))
