"""Projects: one file each. Make one, open one, switch, rename, put away."""

import streamlit as st

from core.domain.person import Role
from core.domain.project import ProjectCard
from pages.ui import kit, project_dialogs, shell
from pages.ui.keeping import backups
from pages.ui.kit import h
from pages.ui.words import bytes_in_words, count


def figures(card: ProjectCard) -> str:
    """What is in it, in a line."""
    parts = []
    if card.seeds is not None and card.runs is not None:
        parts += [count(card.seeds, "seed"), count(card.runs, "run")]
    if card.going:
        parts.append(f"{card.going} going now")
    if card.n_bytes is not None:
        parts.append(bytes_in_words(card.n_bytes))
    if card.last_used is not None:
        parts.append(f"last used {card.last_used.astimezone():%d %b %Y, %H:%M}")
    return " · ".join(parts)


def words(card: ProjectCard, *, is_here: bool) -> None:
    kit.show(
        "project",
        h("div", {"class": "row"}, h("span", {"class": "h one"}, card.name), h("span", {"class": "lab"}, "you are here") if is_here else None),
        h("div", {"class": "lab num"}, figures(card)),
        h("div", {"class": "lab one", "title": str(card.path)}, str(card.path)),
        kit.note("error", "Cannot be opened", card.problem) if card.problem else None,
        key=f"projects.{card.slug}.words",
    )  # fmt: skip


def row(card: ProjectCard, *, is_here: bool) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"projects_{card.slug}_card", gap="small"
    ):
        with st.container(width="stretch"):
            words(card, is_here=is_here)
        if card.archived:
            st.button("Restore", key=f"projects.restore.{card.slug}", on_click=project_dialogs.restore, args=(card,))
            return
        if not is_here and not card.problem:
            st.button("Switch to it", key=f"projects.switch.{card.slug}", on_click=shell.begin_with, args=(card.slug,))
        if not card.problem and st.button("Rename", key=f"projects.rename.{card.slug}"):
            project_dialogs.rename(card)
        st.button("Archive", key=f"projects.archive.{card.slug}", on_click=project_dialogs.archive, args=(card,))


with shell.problems("projects"):
    with st.container(horizontal=True, vertical_alignment="center", key="projects_head"):
        st.title("Projects", width="stretch", anchor=False)
        is_owner = shell.actor().role is Role.OWNER  # paths of this computer are for owners
        if is_owner and st.button("Open a file", key="projects.open"):
            project_dialogs.open_file()
        if st.button("New project", type="primary", key="projects.new"):
            project_dialogs.new()
    lead = "One file each, with its seeds, its runs and everything that came of them. Runs go on when you switch."
    kit.show("lead", h("p", lead), key="projects.lead")
    project_dialogs.report()
    cards = shell.studio().shelf.cards(shell.actor())
    here = shell.wanted_project()
    for card in cards:
        if not card.archived:
            row(card, is_here=card.slug == here)
    if all(card.archived for card in cards):
        kit.show(
            "empty", h("p", "No projects yet. A project holds seeds and what grows from them."), key="projects.empty"
        )
    if away := [card for card in cards if card.archived]:
        with st.expander(f"Archived: {len(away)}", key="projects.archived"):
            for card in away:
                row(card, is_here=False)
    backups.section()
