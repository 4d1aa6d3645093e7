"""The foot of the sidebar: what goes on right now in any project, which project one is in, and who one is."""

from urllib.parse import urlencode

import streamlit as st

from core.domain.progress import RunSummary
from core.services.projects import FIRST, GOING, Project
from pages.ui import kit, people, shell
from pages.ui.kit import h

_MOST = 3


@st.fragment(run_every=3)
def foot() -> None:
    """The runs in progress: this project's first, the others by their project's name. Each leads to its page."""
    if people.somebody() is None:  # signed out meanwhile, perhaps elsewhere: the whole page knows at once
        st.rerun()
    with shell.problems("foot"):
        here, projects = shell.wanted_project(), shell.studio().projects.opened()
        going = [
            (project, run)
            for project in sorted(projects, key=lambda one: one.slug != here)
            for run in shell.studio().runs.list(shell.actor(), project)
            if run.state in GOING
        ]
        lines = [_line(project, run, is_here=project.slug == here) for project, run in going[:_MOST]]
        if len(going) > _MOST:
            lines.append(h("div", {"class": "lab"}, f"and {len(going) - _MOST} more going"))
        chosen = kit.show("foot", h("div", {"class": "foot"}, *lines), key="frame.foot")
        for project, run in going:
            if run.id == chosen:
                shell.choose_project(project.slug)
                st.switch_page("../runs.py", query_params={"project": project.slug, "run": run.id})


def _line(project: Project, run: RunSummary, *, is_here: bool) -> kit.Element:
    now = shell.studio().runs.progress(shell.actor(), project, run.id)
    share = round(100 * now.decided / max(1, now.expected))
    address = urlencode({"project": project.slug, "run": run.id})
    words = f"Run {run.number} · {run.name}"
    return h(
        "a",
        {"href": f"/runs?{address}", "data-action": run.id, "key": run.id, "class": "go"},
        h(
            "div",
            {"class": "p"},
            h("span", {"class": "one"}, words if is_here else f"{project.name}: {words}"),
            h("span", {"class": "dim num push"}, f"{share} %"),
        ),
        h("div", {"class": "track"}, h("i", {"style": {"width": f"{share}%"}})),
    )


def switcher() -> None:
    """Which project one is in. A choice as soon as there are two; the page Projects makes them."""
    with shell.problems("switcher"):
        names = shell.studio().shelf.names(shell.actor())
        here = shell.wanted_project()
        if here not in names and (found := shell.studio().projects.find(here)) is not None:
            names[here] = f"{found.name} (archived)"  # a link leads into it all the same
        elif here == FIRST:
            names.setdefault(FIRST, "My project")  # the page that is drawn below makes it
        if len(names) > 1:
            st.session_state["frame.project"] = here if here in names else None
            st.selectbox(
                "Project",
                list(names),
                format_func=names.__getitem__,
                key="frame.project",
                on_change=_switch,
                placeholder="Choose a project",
            )
        elif names:
            (name,) = names.values()
            line = h("div", {"class": "p dim"}, h("span", "Project"), h("span", {"class": "one"}, name))
            kit.show("foot", h("div", {"class": "foot"}, line), key="frame.project_name")
        if not shell.actor().role.only_judges:
            st.page_link("../projects.py", label="Projects", icon=":material/inventory_2:")


def _switch() -> None:
    slug: str | None = st.session_state["frame.project"]
    if slug is not None:
        shell.begin_with(slug)
