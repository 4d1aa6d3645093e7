"""A run that aims at a cell of the coverage: what it is filled with and why, by the cell in the address. Nothing is spent."""

import streamlit as st

from core.domain.coverage import BORROWED, Aim, Cell, Landings
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

NAME = "aim"  # in the address
_FLOOR = "5 %"


def asked(project: Project) -> Aim | None:
    """The plan for the cell that the address names; None without one. It stays as it was offered while the form is open."""
    cell = Cell.read(st.query_params.get(NAME, ""))
    if cell is None or not cell.is_scored:
        return None
    key = f"runs.aim.{project.slug}.{cell}"
    if key not in st.session_state:
        st.session_state[key] = shell.studio().coverage.aim(shell.actor(), project, cell)
    plan: Aim = st.session_state[key]
    return plan


def forget(project: Project, cell: Cell) -> None:
    """Work the plan out anew the next time: the form is opened once more."""
    st.session_state.pop(f"runs.aim.{project.slug}.{cell}", None)


def in_words(cell: Cell) -> str:
    """Math at 8."""
    return f"{cell.skill or 'No skill'} at {cell.difficulty}"


def say(plan: Aim) -> None:
    """Above the form: what it was filled with, and the reasons folded under it."""
    words = f"to aim at {in_words(plan.cell)}: {', '.join(_filled(plan))}. Change whatever you like."
    kit.show("hint", kit.note("saved", "Filled", words), key="runs.aim.words")
    with st.expander("Why these seeds, epochs and operations", key="runs.aim.why"):
        reasons(plan, key="runs.aim.reasons")


def _filled(plan: Aim) -> list[str]:
    parts = [count(plan.seeds.taken, "seed")]
    if plan.epochs is not None:
        parts.append(count(plan.epochs, "epoch"))
    return [*parts, "the usual operations" if plan.weights is None else "operations by what has landed there"]


def reasons(plan: Aim, *, key: str) -> None:
    """Why these seeds, epochs and operations."""
    sources(plan, key=f"{key}.sources")
    operations(plan, key=f"{key}.operations")


def sources(plan: Aim, *, key: str) -> None:
    """What it would grow from, and for how long."""
    seeds, epochs = seeds_in_words(plan), epochs_in_words(plan)
    kit.show("aim", h("p", h("b", "Seeds. "), seeds), h("p", h("b", "Epochs. "), epochs), key=key)


def operations(plan: Aim, *, key: str) -> None:
    """A line for each operation: how often it is drawn, and what its tries came to."""
    kit.show("aim", h("p", h("b", "Operations. "), _operations_in_words(plan)), _table(plan), key=key)


def seeds_in_words(plan: Aim) -> str:
    seeds, wanted = plan.seeds, plan.cell.difficulty
    if not seeds.taken:
        if not seeds.above:
            return "This skill has no seed yet. Import some, or let a model name the skills of those that have none."
        return f"All {count(seeds.above, 'seed')} of this skill are at {wanted} or harder. Easier ones could grow up to it."
    parts = [f"{seeds.below:,} below {wanted}"] if seeds.below else []
    parts += [f"{seeds.not_scored:,} without a difficulty"] if seeds.not_scored else []
    parts += [f"{seeds.above:,} at {wanted} or harder, left out"] if seeds.above else []
    taken = "The nearest below are taken first" if seeds.below else "Nobody knows how difficult they are"
    mean = f", {seeds.mean:.1f} on average" if seeds.mean is not None else ""
    return f"{', '.join(parts)}. {taken}: {count(seeds.taken, 'seed')}{mean}."


def epochs_in_words(plan: Aim) -> str:
    gain, mean = plan.gain, plan.seeds.mean
    if gain.mean is None:
        return "Nothing tells yet how much an epoch adds, so the preset's number stays."
    whose = "of this skill" if gain.own else "of all skills"
    way = "harder" if gain.mean >= 0 else "easier"
    told = f"A survivor was {abs(gain.mean):.1f} {way} than its parent, over {count(gain.n, 'survivor')} {whose}"
    if plan.epochs is None or mean is None:
        return f"{told}. That does not say how many epochs it takes, so the preset's number stays."
    return f"{told}; from {mean:.1f} to {plan.cell.difficulty} that makes {count(plan.epochs, 'epoch')}."


def _operations_in_words(plan: Aim) -> str:
    if plan.weights is None:
        return "None was tried from there yet, so the preset's weights stay."
    landed = any(one.landed + one.landed_elsewhere for one in plan.landings)
    none = "" if landed else "Nothing has landed there yet, so what was tried least is drawn most. "
    return none + (
        f"Each is drawn as often as it is probably the best one at landing there, none below {_FLOOR}. Counted are tries from "
        f"{plan.cell.difficulty} or easier; other skills count for at most {BORROWED:.0f} tries of an operation."
    )


def _table(plan: Aim) -> kit.Element | None:
    if plan.weights is None:
        return None
    heads = ("Operation", "Drawn", "Landed, this skill", "Landed, other skills")
    header = h("tr", *(h("th", {"scope": "col", "class": "r" if at else ""}, one) for at, one in enumerate(heads)))
    rows = [_row(one, plan.weights[one.operation]) for one in plan.landings]
    return h("table", h("thead", header), h("tbody", *rows))


def _row(one: Landings, share: float) -> kit.Element:
    cells = (
        f"{share:.0%}".replace("%", " %"),
        _of(one.landed, one.tried),
        _of(one.landed_elsewhere, one.tried_elsewhere),
    )
    name = h("th", {"scope": "row", "class": "nm"}, kit.op(one.operation))
    return h("tr", {"key": one.operation}, name, *(h("td", {"class": "r num"}, cell) for cell in cells))


def _of(landed: int, tried: int) -> str:
    return f"{landed:,} of {tried:,}" if tried else "–"
