"""The instructions behind a figure: a list in a dialog, each line a link into its tree. The pick stands in the address."""

import streamlit as st

from core.domain.overview import Pick
from core.services.growing.overview import picked
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import run_cards
from pages.ui.kit import h
from pages.ui.words import count

_PAGE = 50


def chart_key(figure: str) -> str:
    """The key of a figure's chart. Another one after its list was closed: drawn anew, the same point can be clicked again."""
    return f"overview.{figure}.{st.session_state.get(f'overview.{figure}.closed', 0)}"


def take(figure: str, key: str) -> None:
    """A point was clicked in the figure: put its pick into the address. A chart that is gone may call once more."""
    points = st.session_state[key]["selection"]["points"] if key == chart_key(figure) else []
    chosen = points[0].get("customdata") if points else None
    if isinstance(chosen, str) and chosen:
        st.query_params["pick"] = chosen
        st.session_state["overview.opened_by"] = figure


def if_asked(project: Project, run_id: str) -> None:
    """Open the list if the address names a pick."""
    text = st.query_params.get("pick", "")
    pick = Pick.read(text) if text else None
    if pick is not None:
        _dialog(project, run_id, pick)


def _closed() -> None:
    st.query_params.pop("pick", None)
    st.session_state.pop("overview.page", None)
    figure = st.session_state.pop("overview.opened_by", None)
    if figure:
        counter = f"overview.{figure}.closed"
        st.session_state[counter] = st.session_state.get(counter, 0) + 1


@st.dialog("Instructions behind this figure", width="large", on_dismiss=_closed)
def _dialog(project: Project, run_id: str, pick: Pick) -> None:
    page = st.session_state.get("overview.page") or 1
    found = picked(shell.actor(), project, run_id, pick, most=_PAGE, after=(page - 1) * _PAGE)
    head = h("p", h("b", count(found.total, "instruction")), f" · {in_words(pick)}")
    lines = [run_cards.line(one, project, run_id, f"epoch {one.epoch}") for one in found.lines]
    kit.show("picked", head, *(lines or [h("p", {"class": "dim"}, "None.")]), key="overview.picked")
    if found.total > _PAGE:
        st.pagination(-(-found.total // _PAGE), key="overview.page")


def in_words(pick: Pick) -> str:
    """What was asked for."""
    words = [
        pick.status.capitalize() if pick.status else "",
        f"epoch {pick.epoch}" if pick.epoch is not None else "",
        pick.operation.label if pick.operation else "",
        f"failed “{pick.rule.label}”" if pick.rule else "",
        f"eliminated first by “{pick.first_rule.label}”" if pick.first_rule else "",
        _words_added(pick),
    ]
    return ", ".join(filter(None, words)) or "all that were decided"


def _words_added(pick: Pick) -> str:
    least, most = pick.words_from, pick.words_to
    if least is None and most is None:
        return ""
    if least == most:
        return f"{least:+d} words" if least else "no word added"
    return (
        f"{least:+d} words or more"
        if most is None
        else f"{most:+d} words or fewer"
        if least is None
        else f"{least:+d} to {most:+d} words"
    )
