"""Bringing seeds in: the ones that come with the studio, or a file: choose, look at it, take it, read the report."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.services.growing import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import seed_preview, seed_report
from pages.ui.kit import h
from pages.ui.path_form import path_form
from pages.ui.upload_box import upload_box
from pages.ui.uploads import throw_away, upload_path

_CHOSEN, _BOX = "seeds.chosen", "seeds.boxes"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """A file that is looked at. `upload` is the id under which it was sent, "" for one on this computer."""

    path: Path
    name: str
    upload: str


def ask() -> None:
    """Open the import with this rerun."""
    st.query_params["import"] = "1"


def is_asked() -> bool:
    return "import" in st.query_params


def leave() -> None:
    """Back to the table of seeds; an upload that was not taken is thrown away."""
    _forget()
    st.query_params.pop("import", None)


def offer(project: Project) -> None:
    """The starter seeds, an upload or a path; and once a file is chosen, what it seems to be."""
    chosen: _Chosen | None = st.session_state.get(_CHOSEN)
    if chosen is not None:
        with shell.problems("import"):
            _look(project, chosen)
        return
    left, right = st.columns([1, 1.5], gap="medium")
    with left, st.container(border=True, key="seeds_starter_card"):
        _starter(project)
    with right, st.container(border=True, key="seeds_file_card"), shell.problems("file"):
        _file()


def _starter(project: Project) -> None:
    text = "Nearly 300 short seeds over 29 skills, written for the studio, CC0."
    kit.show("way", h("div", {"class": "h"}, "Starter seeds"), h("div", text), key="seeds.starter.words")
    if st.button("Add the starter seeds", type="primary", key="seeds.starter"):
        seed_report.keep(seeds.import_shipped(shell.actor(), project, shell.studio().settings.shipped))
        leave()
        st.rerun()


def _file() -> None:
    text = (
        "JSON, JSON lines, CSV or Parquet, in UTF-8: instructions (Alpaca, the released evolved sets, the WizardLM test"
        " set), ShareGPT conversations, OpenAI chats. You see its first rows before anything is taken."
    )
    kit.show("way", h("div", {"class": "h"}, "A file"), h("div", text), key="seeds.file.words")
    sent = upload_box(key=f"seeds.box.{st.session_state.get(_BOX, 0)}")
    if sent is not None:
        _choose(_Chosen(path=upload_path(sent.id), name=sent.name, upload=sent.id))
    file = path_form("seeds", "/data/alpaca_data.json")
    if file is not None:
        _choose(_Chosen(path=file, name=file.name, upload=""))


def _choose(chosen: _Chosen) -> None:
    st.session_state[_CHOSEN] = chosen
    seed_report.forget()
    st.rerun()


def _forget() -> None:
    """Nothing is chosen any more; the box begins anew."""
    chosen: _Chosen | None = st.session_state.pop(_CHOSEN, None)
    seed_preview.forget()
    st.session_state[_BOX] = st.session_state.get(_BOX, 0) + 1
    if chosen is not None and chosen.upload:
        throw_away(chosen.upload)


def _look(project: Project, chosen: _Chosen) -> None:
    """Its first rows, and the import itself."""
    with st.container(horizontal=True):
        slot = st.container(width="content")
        st.button("Choose another file", key="seeds.other", on_click=_forget)
    progress = st.container()
    asked = seed_preview.ask(chosen.path, chosen.name)
    go = slot.button("Import this file", type="primary", key="seeds.file.go", disabled=asked is None)
    if go and asked is not None:
        with progress.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, "Reading …", width="stretch")
            st.button("Cancel", key="seeds.cancel")  # any click ends this script at its next word, and nothing is taken
        tell = seed_report.teller(bar)
        taken = seeds.import_file(
            shell.actor(), project, chosen.path, name=chosen.name, licence=asked.licence, columns=asked.columns,
            format_=asked.format, tell=tell,
        )  # fmt: skip
        seed_report.keep(taken)
        leave()
        st.rerun()
