"""Instructions that were made elsewhere: a file, or a dataset by its name, becomes a reference set or seeds."""

from pathlib import Path

import streamlit as st

from core.domain.source import ImportReport
from core.services.exchanging import hubs, references
from core.services.growing import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import arrived, chosen_file
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.growing import seed_preview, seed_report
from pages.ui.kit import h
from pages.ui.uploads import new_upload
from pages.ui.words import count

KEY = "data.texts"
_REFERENCE, _SEEDS = "reference", "seeds"
_AS = {_REFERENCE: "A reference set", _SEEDS: "Seeds"}
_ABOUT = {
    _REFERENCE: "What the dataset is compared with, on the map and in Diversity. It never becomes part of it.",
    _SEEDS: "What runs begin with. A text that is a seed already is not taken twice.",
}
_MOST = 10_000  # rows of a dataset, unless another number is asked for


def form(project: Project) -> None:
    """Choose a file or a dataset; then its first rows, and what it is to be."""
    chosen = chosen_file.get(KEY)
    if chosen is not None:
        _look(project, chosen)
        return
    words = "Alpaca, ShareGPT, chats or any table of instructions: JSON, JSON lines, CSV or Parquet."
    kit.show("way", h("div", {"class": "n"}, words), key="data.texts.words")
    chosen_file.ask(KEY, "/data/alpaca_data.json")
    _by_name()


def _by_name() -> None:
    with st.form("data.hub", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("Or a dataset's name on the hub", placeholder="tatsu-lab/alpaca", key="data.hub.name")
            asked = st.form_submit_button("Fetch it", key="data.hub.go")
        one, two, three = st.columns(3)
        part = one.text_input("Part, if it has several", placeholder="default", key="data.hub.config")
        split = two.text_input("Split", value="train", key="data.hub.split")
        most = three.number_input("First rows", 1, 10_000_000, _MOST, key="data.hub.most")
    if asked and name.strip():
        _fetch(name.strip(), part.strip(), split.strip() or "train", int(most))


def _fetch(name: str, part: str, split: str, most: int) -> None:
    upload, path = new_upload()
    slot = st.empty()
    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Asking the hub …", width="stretch")
        st.button("Cancel", key="data.hub.cancel")  # any click ends this script at its next word, and nothing is kept
    try:
        hubs.fetch(
            shell.actor(),
            name,
            path,
            config=part,
            split=split,
            most=most,
            tell=lambda said, _: void(bar.progress(0.0, said)),
        )
    finally:
        slot.empty()
    named = " ".join([name, *([part] if part else []), f"({split})"])
    chosen_file.keep(KEY, Chosen(path=path, name=named, upload=upload))


def void(_: object) -> None: ...


def _look(project: Project, chosen: Chosen) -> None:
    """Its first rows, what it is to be, and the import itself."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        as_what = st.segmented_control(
            "Take it as", list(_AS), format_func=_AS.__getitem__, default=_REFERENCE, key="data.texts.as", required=True
        )
        name = st.text_input(
            "Name",
            value=Path(chosen.name).stem[:80],
            key=f"data.texts.name.{chosen.path.name}",
            max_chars=200,
            width=420,
        )
        slot = st.container(width="content")
        st.button("Choose another file", key="data.texts.other", on_click=_forget)
    kit.show("hint", h("p", {"class": "lab"}, _ABOUT[as_what or _REFERENCE]), key="data.texts.about")
    whole = st.checkbox("Take nothing if any row cannot be used", key="data.texts.whole")
    progress = st.container()
    asked = seed_preview.ask(chosen.path, chosen.name)
    go = slot.button("Take it in", type="primary", key="data.texts.go", disabled=asked is None)
    if not go or asked is None:
        return
    with progress.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading …", width="stretch")
        st.button("Cancel", key="data.texts.cancel")
    take = references.import_file if as_what == _REFERENCE else seeds.import_file
    report = take(
        shell.actor(), project, chosen.path, name=name.strip() or chosen.name, licence=asked.licence, columns=asked.columns,
        format_=asked.format, whole=whole, tell=seed_report.teller(bar),
    )  # fmt: skip
    _done(report, "text" if as_what == _REFERENCE else "seed")


def _done(report: ImportReport, noun: str) -> None:
    line = f"{report.name}: {count(report.taken, noun)} taken, {report.merged:,} merged as exact duplicates, {report.refused_count:,} refused."
    if noun == "text":
        line += " Compare the dataset with it on the page Explore, in Map, Diversity and Compare."
    arrived.keep(arrived.Said(line=line, refused=report.refused, refused_count=report.refused_count))
    _forget()
    st.rerun()


def _forget() -> None:
    seed_preview.forget()
    chosen_file.forget(KEY)
