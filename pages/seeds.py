"""Seeds: what grows. Import, search, and how they are spread over skills."""

import streamlit as st

from core.services.growing import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import seed_import, seed_report, seed_shares, skill_labels
from pages.ui.kit import h
from pages.ui.words import count

PAGE = 50


def table(rows: tuple[seeds.SeedLine, ...]) -> None:
    lines = (
        h(
            "div",
            {"class": "l"},
            h("span", {"class": "dim num"}, f"{row.position + 1:,}"),
            kit.read(row.text[:600], "s"),
            h("span", {"class": "dim one"}, row.skill or "no skill"),
            h("span", {"class": "dim num r"}, count(row.words, "word")),
        )
        for row in rows
    )
    kit.show("seeds", *lines, key="seeds.table")


def head(total: int) -> str:
    """Title, search and what can be done. Returns what is looked for."""
    find = ""
    with st.container(horizontal=True, vertical_alignment="center", key="seeds_head"):
        st.title("Seeds", width="stretch", anchor=False)
        if seed_import.is_asked() and total:
            st.button("Back to the seeds", on_click=seed_import.leave, key="seeds.back")
        elif total:
            find = st.text_input(
                "Find", placeholder="Find in the seeds", key="seeds.find", label_visibility="collapsed", width=260
            )
            st.button("Import", on_click=seed_import.ask, key="seeds.import")
            if st.button("Grow them", type="primary", key="seeds.grow"):
                st.switch_page("../runs.py", query_params={"new": "1"})
    return find


def body(project: Project, total: int, find: str) -> None:
    left, right = st.columns([2.6, 1.2], gap="medium")
    with left:
        page_slot = st.container()
        pages = max(1, -(-total // PAGE))
        number = st.pagination(pages, key="seeds.page") if pages > 1 and not find else 1
        rows = seeds.page(shell.actor(), project, find=find, most=PAGE, offset=((number or 1) - 1) * PAGE)
        with page_slot:
            if rows:
                table(rows)
            else:
                kit.show("empty", h("p", f"No seed contains “{find}”."), key="seeds.none")
    with right:
        seed_shares.spread(seeds.shares(shell.actor(), project))
        skill_labels.card(project)
        seed_shares.imports(seeds.sources(shell.actor(), project))


with shell.problems("seeds"):
    project = shell.project()
    total = seeds.count(shell.actor(), project)
    find = head(total)
    seed_report.show()
    if not total:
        kit.show("empty", h("p", "No seeds yet. A run starts from seeds: short, easy instructions."), key="seeds.empty")
    if not total or seed_import.is_asked():
        seed_import.offer(project)
    else:
        body(project, total, find)
