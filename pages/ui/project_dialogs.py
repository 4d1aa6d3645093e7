"""What the page Projects asks and does: new, rename, open a file, archive, restore."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.domain.project import ProjectCard
from core.errors import StudioError
from pages.ui import kit, shell
from pages.ui.kit import h


@st.dialog("New project")
def new() -> None:
    with shell.problems("projects.new"):
        name = st.text_input("Name", placeholder="Hard mathematics", key="projects.new.name", max_chars=80)
        if st.button("Make it", type="primary", key="projects.new.go"):
            shell.begin_with(shell.studio().shelf.create(shell.actor(), name).slug)
            st.switch_page("../seeds.py")


@st.dialog("Rename")
def rename(card: ProjectCard) -> None:
    with shell.problems("projects.rename"):
        name = st.text_input("Name", value=card.name, key=f"projects.rename.name.{card.slug}", max_chars=80)
        about = "Its file and its links stay as they are; runs go on."
        kit.show("hint", h("p", {"class": "lab"}, about), key="projects.rename.about")
        if st.button("Rename it", type="primary", key="projects.rename.go"):
            shell.studio().shelf.rename(shell.actor(), card.slug, name)
            st.rerun()


@st.dialog("Open a file")
def open_file() -> None:
    with shell.problems("projects.open"):
        path = st.text_input("Path of a project's file", placeholder="/data/mine.duckdb", key="projects.open.path")
        about = "The file stays where it is. One that another program has open cannot be opened here as well."
        kit.show("hint", h("p", {"class": "lab"}, about), key="projects.open.about")
        if st.button("Open it", type="primary", key="projects.open.go"):
            shell.begin_with(shell.studio().shelf.open_file(shell.actor(), path).slug)
            st.switch_page("../seeds.py")


def archive(card: ProjectCard) -> None:
    """Put it away; whoever was in it is then in another one."""
    shelf, was_here = shell.studio().shelf, shell.wanted_project() == card.slug
    with _said_afterwards(f"“{card.name}” is archived. Its file is untouched."):
        shelf.archive(shell.actor(), card.slug)
        if was_here:
            shell.choose_project(shelf.default(shell.actor()))


def restore(card: ProjectCard) -> None:
    with _said_afterwards(f"“{card.name}” is listed again."):
        shell.studio().shelf.restore(shell.actor(), card.slug)


@contextmanager
def _said_afterwards(done: str) -> Iterator[None]:
    """For a click's callback, which can draw nothing itself: `report` says it."""
    try:
        yield
    except StudioError as error:
        st.session_state["projects.said"] = ("error", "Not done", str(error))
    else:
        st.session_state["projects.said"] = ("saved", "Done", done)


def report() -> None:
    """What became of the last click, once."""
    if said := st.session_state.pop("projects.said", None):
        status, word, text = said
        kit.show("note", kit.note(status, word, text), key="projects.report")
