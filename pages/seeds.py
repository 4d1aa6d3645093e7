"""Seeds: what grows. Import, search, and how they are spread over skills."""

import streamlit as st

from core.services import seeds
from pages.ui import kit, seed_import, shell
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


def spread(skills: dict[str, int]) -> None:
    most = max(skills.values(), default=1)
    bars = (
        h(
            "div",
            {"class": "s"},
            h("span", {"class": "one"}, skill or "no skill"),
            h("div", {"class": "track"}, h("i", {"style": {"width": f"{100 * n / most:.0f}%"}})),
            h("span", {"class": "num r"}, f"{n:,}"),
        )
        for skill, n in skills.items()
    )
    kit.show("skills", h("div", {"class": "h"}, "By skill"), *bars, key="seeds.skills")


with shell.problems("seeds"):
    project = shell.project()
    total = seeds.count(shell.actor(), project)
    with st.container(horizontal=True, vertical_alignment="center", key="seeds_head"):
        st.title("Seeds", width="stretch", anchor=False)
        if total:
            find = st.text_input(
                "Find", placeholder="Find in the seeds", key="seeds.find", label_visibility="collapsed", width=260
            )
            st.button("Import", on_click=seed_import.ask, key="seeds.import")
            if st.button("Grow them", type="primary", key="seeds.grow"):
                st.switch_page("../runs.py", query_params={"new": "1"})
    seed_import.report()
    if not total:
        kit.show("empty", h("p", "No seeds yet. A run starts from seeds: short, easy instructions."), key="seeds.empty")
        seed_import.offer(project)
    else:
        left, right = st.columns([2.6, 1], gap="medium")
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
            spread(seeds.skills(shell.actor(), project))
    seed_import.dialog_if_asked(project)
