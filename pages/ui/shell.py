"""What every page stands on: the studio of this process, who asks, which project, and how errors are said."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import streamlit as st
from starlette.requests import HTTPConnection

from core.domain.person import Actor
from core.errors import StudioError
from core.services.bridge import Bridge
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from pages.ui import kit
from pages.ui.request_log import WHO

ROOT_URL = ""


@cache
def studio() -> Studio:
    """The one studio of this process. Opened by the launcher's lifespan, or by the first page of a test."""
    return open_studio(Settings())


@cache
def bridge() -> Bridge:
    """The door for commands on this machine."""
    return Bridge(int(st.get_option("server.port")))


def actor() -> Actor:
    """Who asks: whose session this visit's cookie names; without sign-in whom it names, else the owner.

    NotSignedIn, or NotAllowed for somebody who is not active any more.
    """
    return studio().door.actor_of(st.context.cookies)


def actor_of(request: HTTPConnection) -> Actor:
    """The same for a route."""
    who = studio().door.actor_of(request.cookies)
    request.scope[WHO] = who.person_id
    return who


def owner() -> Actor:
    """Who asks where no browser does: the studio itself, and commands on this machine."""
    return studio().people.owner()


def project() -> Project:
    """The project of this visit: from the URL, else the one last looked at, else the one to begin with.

    It then stands in the URL, so that a link names the project of what it shows.
    """
    opened = open_project(wanted_project(), actor())
    st.query_params["project"] = opened.slug
    st.session_state["project"] = opened.slug
    if st.session_state.pop("project.chosen", None) == opened.slug:
        studio().shelf.choose(actor(), opened.slug)
    return opened


def wanted_project() -> str:
    """The name of that project."""
    last: str | None = st.session_state.get("project")
    return st.query_params.get("project") or last or studio().settings.project or studio().shelf.default(actor())


def open_project(slug: str, who: Actor) -> Project:
    """Open a project by its name in a URL; commands then find it through the bridge."""
    found = studio().open(who, slug)
    bridge().stand_beside([found.path])
    return found


def choose_project(slug: str) -> None:
    """From now on this visit looks at another project. Nothing happens to the runs of the one before."""
    st.session_state["project"] = slug
    st.query_params.clear()


def begin_with(slug: str) -> None:
    """The same, and the next visit begins with it too (once it could be opened); who only reviews decides for nobody else."""
    choose_project(slug)
    if not actor().role.only_judges:
        st.session_state["project.chosen"] = slug


def chosen_run(among: list[str]) -> str | None:
    """The run that the URL names, if it is one of these; else the first."""
    named = st.query_params.get("run")
    return named if named in among else next(iter(among), None)


@contextmanager
def problems(key: str) -> Iterator[None]:
    """Say what a person can act on, in place; everything else keeps its traceback."""
    try:
        yield
    except StudioError as error:
        kit.show("problem", kit.note("error", error.what, " ", error.where, " ", error.to_do), key=f"{key}.problem")
