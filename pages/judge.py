"""Judge: the trials of one study, blind; or the studies that one may judge in, if there are several."""

from urllib.parse import urlencode

import streamlit as st

from core.domain.judgment import JudgeLine
from core.services.evaluating import judging
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import judge
from pages.ui.kit import h


def begin(study_id: str) -> None:
    st.query_params["study"] = study_id


def leave() -> None:
    """To the list; `all` keeps it open where one study would open by itself."""
    st.query_params.pop("study", None)
    st.query_params["all"] = "1"


def row(line: JudgeLine, *, is_first: bool) -> None:
    """A study: its title, how far one is, and the way into it."""
    is_done = line.judged >= line.total
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"judge_{line.id}_card"):
        share = f"{100 * line.judged / max(1, line.total):.2f}%"
        done = h(
            "div",
            {"class": "dn"},
            h("div", {"class": "track"}, h("i", {"style": {"width": share}})),
            h("span", {"class": "lab num"}, f"{line.judged:,} of {line.total:,} judged"),
        )
        named = h("b", {"class": "one", "dir": "auto"}, line.title)
        pilot = h("span", {"class": "lab"}, "pilot") if line.is_pilot else None
        kit.show("study_line", h("div", {"class": "row"}, named, pilot), done, key=f"judge.{line.id}.line")
        word = "Look back" if is_done else ("Go on" if line.judged else "Begin")
        st.button(
            word, type="primary" if is_first else "secondary", key=f"judge.{line.id}", on_click=begin, args=(line.id,)
        )


def empty(project: Project) -> None:
    """What to do where nothing is to be judged."""
    words = "Nothing is open to you for judging. When a study is opened to you, it stands here."
    href = f"/studies?{urlencode({'project': project.slug})}"
    way = [] if shell.actor().role.only_judges else [h("a", {"class": "bt", "href": href}, "Studies")]
    kit.show("empty", h("p", words), h("div", {"class": "row"}, way), key="judge.empty")


def studies(project: Project, lines: tuple[JudgeLine, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="judge_head"):
        st.title("Judge", anchor=False)
    first = next((line.id for line in lines if line.judged < line.total), "")
    for line in lines:
        row(line, is_first=line.id == first)
    if not lines:
        empty(project)


def page(project: Project) -> None:
    lines = judging.studies_of(shell.studio(), shell.actor(), project)
    if "study" not in st.query_params and "all" not in st.query_params and len(lines) == 1:
        begin(lines[0].id)
    chosen = st.query_params.get("study")
    if chosen is None:
        studies(project, lines)
        return
    st.set_page_config(initial_sidebar_state="collapsed")
    judge.show(project=project.slug, study=chosen, several=len(lines) > 1, key="judge.trials", on_go=leave)


with shell.problems("judge"):
    page(shell.project())
