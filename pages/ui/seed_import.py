"""Bringing seeds in: the ones that come with the studio, or a JSONL file."""

import tempfile
from pathlib import Path

import streamlit as st

from core.domain.source import ImportReport
from core.services import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

_SHOWN = 20


def ask() -> None:
    """Open the dialog with this rerun."""
    st.session_state["seeds.asked"] = True


def dialog_if_asked(project: Project) -> None:
    if st.session_state.pop("seeds.asked", False):
        _dialog(project)


@st.dialog("Import seeds", width="medium")
def _dialog(project: Project) -> None:
    with shell.problems("import"):
        offer(project)


def offer(project: Project) -> None:
    """Two ways: one button, or a file."""
    with st.container(border=True, key="seeds_starter_card"):
        text = "Nearly 300 short seeds over 29 skills, written for the studio, CC0."
        kit.show("way", h("div", {"class": "h"}, "Starter seeds"), h("div", text), key="seeds.starter.words")
        if st.button("Add the starter seeds", type="primary", key="seeds.starter"):
            _done(seeds.import_shipped(shell.actor(), project, shell.studio().settings.shipped))
    with st.container(border=True, key="seeds_file_card"):
        about = "One JSON object a line with `instruction`, and maybe `input` and `skill`. UTF-8."
        kit.show("way", h("div", {"class": "h"}, "A JSONL file"), h("div", about), key="seeds.file.words")
        file = st.file_uploader("File", type=["jsonl", "json", "txt"], key="seeds.file", label_visibility="collapsed")
        licence = st.text_input(
            "Licence of these seeds", placeholder="CC0-1.0, own work, unknown …", key="seeds.licence"
        )
        if file is not None and st.button("Import this file", key="seeds.file.go"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "upload.jsonl"
                path.write_bytes(file.getbuffer())
                _done(seeds.import_file(shell.actor(), project, path, name=file.name, licence=licence))


def _done(report: ImportReport) -> None:
    st.session_state["seeds.report"] = report
    st.rerun()


def report() -> None:
    """What became of the last import, once."""
    said: ImportReport | None = st.session_state.pop("seeds.report", None)
    if said is None:
        return
    line = f"{said.name}: {count(said.taken, 'seed')} taken, {said.merged:,} merged as exact duplicates, {len(said.refused):,} refused."
    rows = [h("li", f"Row {one.row} {one.reason}.") for one in said.refused[:_SHOWN]]
    if len(said.refused) > _SHOWN:
        rows.append(h("li", f"… and {len(said.refused) - _SHOWN:,} more."))
    status, word = ("error", "Some rows refused") if said.refused else ("saved", "Imported")
    kit.show("report", kit.note(status, word, line), h("ul", *rows) if rows else None, key="seeds.report.view")
