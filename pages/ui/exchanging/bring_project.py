"""A whole project that was taken out as one file: what it says of itself, and a new project from it."""

import streamlit as st

from core.domain.bundle import Manifest
from core.services.exchanging import bundles
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import arrived, chosen_file
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.kit import h
from pages.ui.words import bytes_in_words

KEY = "data.whole"


def form(_: Project) -> None:
    chosen = chosen_file.get(KEY)
    if chosen is not None:
        _look(chosen)
        return
    words = "A file that was taken out as a whole project, here or elsewhere. It becomes a project of its own; this one stays as it is."
    kit.show("way", h("div", {"class": "n"}, words), key="data.whole.words")
    chosen_file.ask(KEY, "/data/mine.studio.zip")


def _look(chosen: Chosen) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Call it", placeholder="The name it has, or one like it", key="data.whole.name", max_chars=80, width=420
        )
        slot = st.container(width="content")
        st.button("Choose another file", key="data.whole.other", on_click=chosen_file.forget, args=(KEY,))
    about = bundles.look(shell.actor(), chosen.path, name=chosen.name)
    kit.show("preview", *_said(about), key="data.whole.about")
    progress = st.container()
    if slot.button("Make the project", type="primary", key="data.whole.go"):
        with progress.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, "Unpacking …", width="stretch")
            st.button(
                "Cancel", key="data.whole.cancel"
            )  # any click ends this script at its next word, and nothing is left
        made = bundles.import_bundle(
            shell.actor(), shell.studio().shelf, chosen.path, name=chosen.name, project_name=name.strip(),
            tell=lambda words, share: void(bar.progress(share, words)),
        )  # fmt: skip
        chosen_file.forget(KEY)
        arrived.keep(arrived.Said(line=f"{chosen.name} is the project “{made.name}” now. You are in it."))
        shell.begin_with(made.slug)
        st.query_params.from_dict({"project": made.slug, "part": "in"})
        st.rerun()


def void(_: object) -> None: ...


def _said(about: Manifest) -> list[kit.Element]:
    rows = [(name.replace("_", " "), n) for name, n in about.counts.items() if n]
    return [
        h("div", {"class": "hd"}, h("span", {"class": "h"}, about.name), h("span", {"class": "lab"}, f"taken out {about.made_at.astimezone():%d %b %Y, %H:%M}, {bytes_in_words(about.n_bytes)}")),
        *(h("div", {"class": "l"}, h("span", {"class": "num"}, f"{n:,}"), h("span", name)) for name, n in rows),
    ]  # fmt: skip
