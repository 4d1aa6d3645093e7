"""What the page Reading is made of: a head with what can be done, and the column of steps."""

from typing import Literal
from uuid import UUID

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.tree import Node, PathStep
from core.errors import NotFound
from core.services.growing import tree_nodes
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import Child, Element, h
from pages.ui.words import count

Shows = Literal["changes", "texts"]
_SHOWS: dict[str, str] = {"changes": "Changes", "texts": "Texts"}


def node(project: Project, run_id: str, named: str) -> Node:
    """The node that the address names. NotFound if it names none."""
    try:
        id_ = str(UUID(named))
    except ValueError:
        raise NotFound("There is no such node in this project", to_do="Choose one from a tree.") from None
    return tree_nodes.node(shell.actor(), project, id_, run_id)


def head(project: Project, run_id: str, of: Node) -> Shows:
    """The page's name, changes or texts, and the way back. It is left out on paper."""
    with st.container(horizontal=True, vertical_alignment="center", key="reading_head"):
        st.title("Reading", width="stretch", anchor=False)
        asked = st.query_params.get("as", "changes")
        chosen = st.segmented_control(
            "Show",
            list(_SHOWS),
            default=asked if asked in _SHOWS else "changes",
            format_func=_SHOWS.__getitem__,
            key="reading.as",
            label_visibility="collapsed",
            required=True,
        )
        if chosen == "texts":
            st.query_params["as"] = "texts"
        else:
            st.query_params.pop("as", None)
        if st.button("See it in the tree", shortcut="T", key="reading.tree"):
            where = {"project": project.slug, "run": run_id, "seed": of.seed, "node": of.id}
            st.switch_page("../trees.py", query_params=where)
    return "texts" if chosen == "texts" else "changes"


def column(of: Node, run: RunSummary, project: Project, *, shows: Shows) -> list[Child]:
    """Seed first, then what each step made of it, then the answer to the last."""
    return [
        _title(of, run, project),
        h("ol", {"class": "steps"}, (_step(step, nth, of, shows) for nth, step in enumerate(of.path))),
        _answer(of),
    ]


def _title(of: Node, run: RunSummary, project: Project) -> Element:
    steps = len(of.path) - 1
    facts = f"{project.name} · Run {run.number} · {run.name} · {count(steps, 'step')} from the seed"
    return h(
        "header",
        {"class": "row"},
        h("p", {"class": "lab", "dir": "auto"}, facts),
        h("span", {"class": "lab num push"}, f"node {of.id}"),
        h("button", {"class": "bt small noprint", "data-print": "1"}, "Print"),
    )


def _step(step: PathStep, nth: int, of: Node, shows: Shows) -> Element:
    is_last = step.id == of.id
    added = "" if step.words_added is None else f"{step.words_added:+d} words"
    about = [f"epoch {step.epoch}" if nth else "", added.replace("-", "−")]
    return h(
        "li",
        {"key": step.id, "class": f"step op-{step.operation}"},
        h(
            "div",
            {"class": "about"},
            kit.op(step.operation),
            h("span", {"class": "lab"}, " · ".join(filter(None, about))),
            kit.mark(of.status) if is_last and of.status in kit.MARK_WORDS else None,
            h("span", {"class": "lab"}, f"asked for by {of.asked_by}") if is_last and of.asked_by else None,
            h("p", {"class": "lab no", "dir": "auto"}, of.why.title) if is_last and of.why else None,
        ),
        _text(step, shows),
    )


def _text(step: PathStep, shows: Shows) -> Element:
    if not step.text:
        return h("p", {"class": "dim"}, "No text came back.")
    if shows == "texts" or step.diff is None:
        return kit.read(step.text)
    return kit.read(kit.diff_nodes(step.diff))


def _answer(of: Node) -> Element | None:
    if not of.response:
        return None
    return h("section", {"class": "answered"}, h("h3", "Response to the last"), kit.read(of.response, "m"))
