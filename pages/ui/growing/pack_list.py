"""The list of prompt packs: which there are, with versions and where they were used; and packs coming in."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.domain.pack_comparison import RunPair
from core.domain.prompt_pack import PackLine, PackUse, Upload
from core.services.growing import pack_comparison, pack_files
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

_RUNS_SHOWN = 4


def page(project: Project) -> None:
    """The page without a pack chosen."""
    with st.container(horizontal=True, vertical_alignment="center", key="packs_head"):
        st.title("Prompt packs", width="stretch", anchor=False)
        if st.button("Import…", key="packs.import"):
            _import_dialog(project)
        st.button("Compare two packs", type="primary", key="packs.compare", on_click=go, kwargs={"compare": "1"})
    lines(project)
    _past(project)


def section() -> None:
    """What the page Settings shows of packs: their names, and the way to their page."""
    with st.container(horizontal=True, vertical_alignment="center", key="settings_packs"):
        st.subheader("Prompt packs", anchor=False, width="stretch")
        if st.button("Open the packs", key="settings.packs"):
            st.switch_page("../packs.py")
    names = ", ".join(shell.studio().packs.names(shell.actor()))
    text = f"The words that a run asks with: {names}. Copy one to change it, preview it on a seed, compare two."
    kit.show("hint", h("p", {"class": "lab"}, text), key="settings.packs.words")


def go(**query: str) -> None:
    """Another view of the page, by its address. For `on_click`: the page that follows begins with it."""
    kept = {name: value for name, value in st.query_params.items() if name == "project"}
    st.query_params.from_dict(kept | query)


def lines(project: Project) -> None:
    """The packs alone, each a link to its own view: for other pages to show."""
    packs = shell.studio().packs
    used = packs.used(shell.actor(), project)
    rows = [_line(one, used, project) for one in packs.list(shell.actor())]
    kit.show("packs", *rows, key="packs.lines")


def _line(one: PackLine, used: Sequence[PackUse], project: Project) -> kit.Element:
    runs = list(dict.fromkeys(use.run_number for use in used if use.hash == one.hash or use.name == one.name))
    shown = ", ".join(str(number) for number in sorted(runs[:_RUNS_SHOWN]))
    more = f" and {len(runs) - _RUNS_SHOWN} more" if len(runs) > _RUNS_SHOWN else ""
    about = "comes with the studio" if not one.is_own else f"yours, {count(one.n_versions, 'version')}"
    return h(
        "a",
        {"class": "l", "href": f"/packs?pack={one.name}&project={project.slug}", "key": one.name},
        h("b", one.name),
        h("span", {"class": "dim"}, about),
        h("span", {"class": "dim num"}, count(one.n_files, "file")),
        h("span", {"class": "dim one"}, f"asked by run {shown}{more}" if runs else "not used in this project yet"),
        h("span", {"class": "code dim r"}, one.hash[:10]),
    )


def day(when: datetime | None) -> str:
    """When a version was saved, as people say it."""
    return when.astimezone().strftime("%d %b %Y %H:%M") if when else ""


def _past(project: Project) -> None:
    pairs = pack_comparison.past(shell.studio(), shell.actor(), project)
    if pairs:
        title = h("div", {"class": "h"}, "Compared in this project")
        kit.show("packs", title, *(_pair(pair, project) for pair in pairs[:20]), key="packs.past")


def _pair(pair: RunPair, project: Project) -> kit.Element:
    where = f"/packs?first={pair.first_run}&second={pair.second_run}&project={project.slug}"
    return h(
        "a",
        {"class": "l", "href": where, "key": pair.second_run},
        h("b", f"{pair.first_pack} and {pair.second_pack}"),
        h("span", {"class": "dim"}, f"on {count(pair.n_seeds, 'seed')}"),
        h("span", {"class": "dim one"}, pair.endpoint),
        h("span", {"class": "dim num"}, f"runs {pair.first_number} and {pair.second_number}"),
    )


@st.dialog("Import a prompt pack")
def _import_dialog(project: Project) -> None:
    with shell.problems("packs.import"):
        about = "A zip of a folder, or its .md files. Everything is checked first; a broken prompt is named, and nothing is kept."
        kit.show("hint", h("p", {"class": "lab"}, about), key="packs.import.about")
        files = st.file_uploader(
            "Files",
            type=["zip", "md"],
            accept_multiple_files=True,
            max_upload_size=2,
            key="packs.import.files",
            label_visibility="collapsed",
        )
        name = st.text_input("Name", placeholder="the zip's own", max_chars=40, key="packs.import.name")
        if st.button("Import it", type="primary", key="packs.import.go", disabled=not files):
            made = pack_files.import_uploads(shell.studio().packs, shell.actor(), _uploads(files), name=name.strip())
            st.query_params.from_dict({"pack": made.name, "project": project.slug})
            st.rerun()


def _uploads(files: Sequence[UploadedFile]) -> list[Upload]:
    return [Upload(name=file.name, content=file.getvalue()) for file in files]
