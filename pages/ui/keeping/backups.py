"""Projects: backups, made now or by themselves, and restored as new projects."""

import streamlit as st

from core.domain.person import Role
from core.domain.upkeep import Backup, BackupPlan, Kind
from core.errors import StudioError
from core.services.keeping.backup_clock import MOST_HOURS, MOST_KEPT
from core.services.keeping.backups import INSTALLATION
from pages.ui import kit, shell
from pages.ui.keeping import work
from pages.ui.kit import h
from pages.ui.words import bytes_in_words, count

_SHOWN = 12
_EVERYTHING = "everything"


def section() -> None:
    """Below the projects: back up now, what goes on by itself, and those that are there."""
    with st.container(key="projects_backups"):
        st.subheader("Backups", anchor=False)
        backups = shell.studio().backups
        lying = backups.every(shell.actor())
        _lead(len(lying))
        is_going = work.watched(
            "projects.backups", lambda: backups.progress(shell.actor()), lambda: backups.stop(shell.actor())
        )
        if not is_going:
            work.ended("projects.backups", backups.progress(shell.actor()))
        _begin(is_going)
        for one in lying[:_SHOWN]:
            _row(one, is_going)
        if older := lying[_SHOWN:]:
            with st.expander(f"{count(len(older), 'older backup')}", key="projects.backups.older"):
                for one in older:
                    _row(one, is_going)


def _lead(n: int) -> None:
    plan = shell.studio().backup_clock.plan(shell.actor())
    every = (
        f"Every {count(plan.every_hours, 'hour')} whatever changed is backed up by itself; of each the newest {plan.keep} stay."
        if plan.every_hours
        else "Nothing is backed up by itself."
    )
    none = "" if n else "No backups yet. "
    about = "A backup is one moment of a project, made while work goes on and compared with it row by row. "
    problem = shell.studio().backup_clock.problem(shell.actor())
    kit.show(
        "lead",
        h("p", none + about + every),
        h(
            "p",
            {"class": "lab one", "title": str(shell.studio().backups.folder)},
            f"Folder: {shell.studio().backups.folder}",
        ),
        kit.note("error", "The last one by itself failed", problem) if problem else None,
        key="projects.backups.lead",
    )


def _begin(is_going: bool) -> None:
    who, studio = shell.actor(), shell.studio()
    names = studio.shelf.names(who)
    may_all = who.role is Role.OWNER
    options = [*names, *([_EVERYTHING] if may_all else [])]
    here = shell.wanted_project()
    with st.container(horizontal=True, vertical_alignment="bottom", key="projects_backups_begin"):
        chosen = st.selectbox(
            "What",
            options,
            index=options.index(here) if here in options else 0,
            format_func=lambda slug: names.get(slug, "Every project and the installation"),
            key="projects.backups.what",
            width=320,
        )
        st.button("Back up now", key="projects.backups.now", disabled=is_going, on_click=_make, args=(chosen,))
        if may_all and st.button("By itself …", key="projects.backups.plan"):
            _plan()


def _make(chosen: str) -> None:
    studio = shell.studio()
    slugs = [INSTALLATION, *studio.shelf.slugs(shell.actor())] if chosen == _EVERYTHING else [chosen]
    try:
        studio.backups.begin(shell.actor(), slugs)
    except StudioError as error:  # a click's callback can draw nothing itself: the page says it
        st.session_state["projects.said"] = ("error", "Not done", str(error))


def _row(one: Backup, is_going: bool) -> None:
    said = one.manifest
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"projects_{one.path.stem}_card", gap="small"
    ):
        with st.container(width="stretch"):
            kit.show(
                "project",
                h("div", {"class": "row"}, h("span", {"class": "h one"}, said.name if said else one.path.name)),
                h("div", {"class": "lab num"}, _figures(one)),
                h("div", {"class": "lab one", "title": str(one.path)}, one.path.name),
                kit.note("error", "Not comparable", one.problem) if one.problem else None,
                key=f"projects.{one.path.stem}.words",
            )
        is_project = said is None or said.kind is Kind.PROJECT
        if is_project and st.button("Restore", key=f"projects.backups.restore.{one.path.stem}", disabled=is_going):
            _restore(one)
        if shell.actor().role is Role.OWNER and st.button("Remove", key=f"projects.backups.remove.{one.path.stem}"):
            _remove(one)


def _figures(one: Backup) -> str:
    said = one.manifest
    if said is None:
        return bytes_in_words(one.n_bytes)
    parts = [f"{said.made_at.astimezone():%d %b %Y, %H:%M}"]
    if said.kind is Kind.PROJECT:
        parts.append(f"as of {said.seq:,}")
    parts += [count(said.rows, "row"), bytes_in_words(one.n_bytes)]
    return " · ".join([*parts, "by itself"] if one.is_automatic else parts)


@st.dialog("Restore")
def _restore(one: Backup) -> None:
    with shell.problems("projects.backups.restore"):
        usual = one.manifest.name if one.manifest is not None else ""
        name = st.text_input(
            "Name of the new project", placeholder=f"{usual} 2", key="projects.backups.name", max_chars=80
        )
        about = (
            "It becomes a new project, and the one that is there stays as it is. Every row is compared with the list that came with "
            "the backup. Runs in it stand paused, and nothing is fetched by itself, until you say so."
        )
        kit.show("hint", h("p", {"class": "lab"}, about), key="projects.backups.restore.about")
        if st.button("Restore it", type="primary", key="projects.backups.restore.go"):
            shell.studio().backups.begin_restore(shell.actor(), one, name.strip())
            st.rerun()


@st.dialog("Remove this backup?")
def _remove(one: Backup) -> None:
    with shell.problems("projects.backups.remove"):
        about = f"{one.path.name} is deleted from the disk. The project itself is not touched."
        if kit.is_removal_meant(about, key="projects.backups.remove"):
            shell.studio().backups.remove(shell.actor(), one)
            st.rerun()


@st.dialog("Back up by itself")
def _plan() -> None:
    with shell.problems("projects.backups.plan"):
        now = shell.studio().backup_clock.plan(shell.actor())
        hours = st.number_input(
            "Every so many hours (0: not by itself)", 0, MOST_HOURS, now.every_hours, key="projects.backups.hours"
        )
        keep = st.number_input("Of each keep the newest", 1, MOST_KEPT, now.keep, key="projects.backups.keep")
        about = (
            "Every project and the installation, while the studio runs; what has not changed is left out. Older ones that were made "
            "by themselves are removed, never those that somebody made."
        )
        kit.show("hint", h("p", {"class": "lab"}, about), key="projects.backups.plan.about")
        if st.button("Keep to it", type="primary", key="projects.backups.plan.go"):
            shell.studio().backup_clock.set_plan(shell.actor(), BackupPlan(every_hours=int(hours), keep=int(keep)))
            st.rerun()
