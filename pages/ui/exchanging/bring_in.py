"""Bring in: what comes into a project, and what became of it."""

from collections.abc import Callable

import streamlit as st

from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import (
    arrived,
    bring_decisions,
    bring_project,
    bring_texts,
    came_in,
    chosen_file,
    lineage_form,
)
from pages.ui.kit import h

_TEXTS = "texts"
_KINDS: dict[str, tuple[str, Callable[[Project], None]]] = {
    _TEXTS: ("Instructions", bring_texts.form),
    "decisions": ("Decisions", bring_decisions.form),
    "lineage": ("Lineage", lineage_form.form),
    "project": ("Whole project", bring_project.form),
}
_CHOSEN = {_TEXTS: bring_texts.KEY, "decisions": bring_decisions.KEY, "project": bring_project.KEY}


def show(project: Project) -> None:
    with shell.problems("data.imported"):
        lineage_form.report()
        arrived.report()
    kind = _asked()
    if kind in _CHOSEN and chosen_file.get(_CHOSEN[kind]) is not None:  # what is looked at takes the whole width
        _one(project, kind)
        return
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _one(project, kind)
    with right, st.container(border=True, key="data_before_card"), shell.problems("data.before"):
        came_in.show(project)


def _one(project: Project, kind: str) -> None:
    with st.container(border=True, key="data_import_card"):
        _choice(kind)
        with shell.problems("data.import"):
            _KINDS[kind][1](project)


def _asked() -> str:
    """What is brought in; it stands in the address."""
    asked = st.query_params.get("bring", _TEXTS)
    return asked if asked in _KINDS else _TEXTS


def _choice(kind: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        kit.show("way", h("div", {"class": "h"}, "Bring in"), key="data.bring.words")
        st.session_state["data.bring"] = kind
        st.segmented_control(
            "What", list(_KINDS), format_func=lambda one: _KINDS[one][0], key="data.bring", label_visibility="collapsed",
            required=True, on_change=_look,
        )  # fmt: skip


def _look() -> None:
    st.query_params["bring"] = st.session_state["data.bring"]
