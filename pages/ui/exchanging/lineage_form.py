"""Taking a lineage in: a file that was sent, or one on the studio's computer; and what became of it."""

from pathlib import Path

import streamlit as st

from core.domain.export import LineageReport
from core.errors import StudioError
from core.services.exchanging import lineage_import
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import seed_report
from pages.ui.kit import h
from pages.ui.path_form import path_form
from pages.ui.upload_box import upload_box
from pages.ui.uploads import throw_away, upload_path
from pages.ui.words import count

_REPORT, _BOX = "data.report", "data.boxes"
_SHOWN = 20


def form(project: Project) -> None:
    """A file is taken at once: it is all or nothing, and what is here already is never changed."""
    words = "A file that was exported as a lineage. What is here already is skipped; what contradicts it is refused by name."
    kit.show("way", h("div", {"class": "n"}, words), key="data.import.words")
    sent = upload_box(key=f"data.box.{st.session_state.get(_BOX, 0)}")
    if sent is not None:
        try:
            _take(project, upload_path(sent.id), sent.name)
        finally:
            throw_away(sent.id)
            st.session_state[_BOX] = st.session_state.get(_BOX, 0) + 1
    file = path_form("data", "/data/demo.lineage.jsonl", go="Import it")
    if file is not None:
        _take(project, file, file.name)


def _take(project: Project, path: Path, name: str) -> None:
    slot = st.empty()
    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading …", width="stretch")
        st.button("Cancel", key="data.cancel")  # any click ends this script at its next word, and nothing is taken
    try:
        report = lineage_import.import_lineage(shell.actor(), project, path, name=name, tell=seed_report.teller(bar))
    except StudioError:
        slot.empty()
        raise
    st.session_state[_REPORT] = report
    st.session_state[_BOX] = st.session_state.get(_BOX, 0) + 1
    st.rerun()


def report() -> None:
    """What became of the last lineage: counts, and the refused rows by name."""
    said: LineageReport | None = st.session_state.get(_REPORT)
    if said is None:
        return
    status, word = ("error", "Some rows refused") if said.refused_count else ("saved", "Imported")
    line = (
        f"{said.name} (“{said.project}”): {count(said.taken, 'row')} taken, {said.skipped:,} here already,"
        f" {said.refused_count:,} refused; {count(said.new_runs, 'new run')}."
    )
    rows = [h("li", f"Row {one.row:,} {one.reason}: {one.text or one.id}") for one in said.refused[:_SHOWN]]
    if said.refused_count > len(rows):
        rows.append(h("li", f"… and {said.refused_count - len(rows):,} more."))
    kit.show("report", kit.note(status, word, line), h("ul", *rows) if rows else None, key="data.report.view")
    st.button("Close the report", key="data.report.close", on_click=lambda: st.session_state.pop(_REPORT, None))
