"""Decisions and skills that were said elsewhere: looked through as a whole before anything is taken."""

from dataclasses import replace

import streamlit as st

from core.domain.elsewhere import SaidColumns, SaidCounted
from core.services.exchanging import decision_import
from core.services.exchanging.decision_import import SaidLook
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import arrived, chosen_file
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.growing import seed_report
from pages.ui.kit import h
from pages.ui.words import count

KEY, _CHECKED = "data.said", "data.said.checked"
_FIELDS = {
    "id": "Instruction's id", "text": "Instruction's text", "text_hash": "Hash of its text", "act": "Verdict",
    "reason": "Reason", "note": "Note", "person": "Who said it", "said_at": "When", "skill": "Skill",
}  # fmt: skip
_NONE = ""


def form(project: Project) -> None:
    chosen = chosen_file.get(KEY)
    if chosen is not None:
        _look(project, chosen)
        return
    words = (
        "A table with one verdict a row: which instruction (by id or text), accept, reject, flag or note, with reason, note,"
        " who and when; or the skill of a seed. JSON, JSON lines, CSV or Parquet."
    )
    kit.show("way", h("div", {"class": "n"}, words), key="data.said.words")
    chosen_file.ask(KEY, "/data/decisions.csv")


def _look(project: Project, chosen: Chosen) -> None:
    found = decision_import.look(shell.actor(), chosen.path, name=chosen.name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.text_input(
            "Who said what does not say who", key="data.said.by", max_chars=200, placeholder="Ann", width=320
        )
        slot = st.container(width="content")
        st.button("Choose another file", key="data.said.other", on_click=_forget)
    columns = _columns(found)
    progress = st.empty()
    counted = _checked(project, chosen, columns, by, progress)
    kit.show("report", *_said(chosen.name, counted), key="data.said.report")
    new = counted.decisions + counted.labels
    word = "Take the others" if counted.refused_count else "Take it in"
    label = f"{word}: {new:,}" if new else "Nothing to take"
    if slot.button(label, type="primary", key="data.said.go", disabled=not new):
        _take(project, chosen, columns, by, progress)


def _columns(found: SaidLook) -> SaidColumns:
    """Which column is what: guessed, and anybody may say otherwise."""
    columns = found.columns
    with st.expander("Which column is what", expanded=bool(found.lacks)), st.container(horizontal=True):
        for field, label in _FIELDS.items():
            names = [_NONE, *found.names]
            guess = getattr(columns, field)
            said = st.selectbox(
                label, names, names.index(guess), format_func=lambda each: each[:80] or "none", width=180,
                key=f"data.said.{field}.{len(found.names)}",
            )  # fmt: skip
            columns = replace(columns, **{field: said or _NONE})
    return columns


def _checked(
    project: Project, chosen: Chosen, columns: SaidColumns, by: str, slot: st.delta_generator.DeltaGenerator
) -> SaidCounted:
    """Looked through once, not with every click; what somebody decides meanwhile is looked at again when it is taken."""
    asked = (chosen, columns, by.strip(), project.slug)
    kept: tuple[object, SaidCounted] | None = st.session_state.get(_CHECKED)
    if kept is None or kept[0] != asked:
        counted = decision_import.check(
            shell.actor(), project, chosen.path, name=chosen.name, columns=columns, by=by,
            tell=seed_report.teller(slot.progress(0.0, "Reading …")),
        )  # fmt: skip
        slot.empty()
        kept = (asked, counted)
        st.session_state[_CHECKED] = kept
    return kept[1]


def _said(name: str, counted: SaidCounted) -> list[kit.Element | None]:
    line = (
        f"{name}: {count(counted.decisions, 'decision')} and {count(counted.labels, 'skill')} are new,"
        f" {counted.known:,} here already, {counted.refused_count:,} refused."
    )
    people = ", ".join(f"{who} {n:,}" for who, n in counted.people[:12])
    status, word = ("error", "Some rows cannot be used") if counted.refused_count else ("waiting", "Not taken yet")
    return [
        kit.note(status, word, line),
        h("p", {"class": "dim"}, f"By {people}") if people else None,
        arrived.refusals(counted.refused, counted.refused_count),
    ]


def _take(
    project: Project, chosen: Chosen, columns: SaidColumns, by: str, slot: st.delta_generator.DeltaGenerator
) -> None:
    said = decision_import.import_file(
        shell.actor(), project, chosen.path, name=chosen.name, columns=columns, by=by, whole=False,
        tell=seed_report.teller(slot.progress(0.0, "Reading …")),
    )  # fmt: skip
    counted = said.counted
    line = f"{said.name}: {count(counted.decisions, 'decision')} and {count(counted.labels, 'skill')} taken, {counted.known:,} here already."
    if said.set_aside:
        line += f" {count(said.set_aside, 'instruction')} below them set aside or brought back."
    arrived.keep(arrived.Said(line=line, refused=counted.refused, refused_count=counted.refused_count))
    _forget()
    st.rerun()


def _forget() -> None:
    st.session_state.pop(_CHECKED, None)
    chosen_file.forget(KEY)
