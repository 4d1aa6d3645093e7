"""What happens around the pages: the studio is opened before the first visit and closed with the server."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from core.errors import StudioError
from pages.ui import shell
from pages.ui.guard import VisitCookie
from pages.ui.routes import all_routes


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open everything, or say in one line why not and do not listen at all."""
    try:
        await run_in_threadpool(_start)
    except StudioError as error:
        sys.stderr.write(f"\nThe studio cannot start. {error}\n\n")
        raise
    try:
        yield
    finally:
        await run_in_threadpool(_stop)


def _start() -> None:
    studio = shell.studio()
    shell.bridge().stand_beside([studio.installation.path])
    for slug in studio.projects.slugs():
        project = shell.open_project(slug)
        studio.runs.resume_by_themselves(shell.actor(), project)


def _stop() -> None:
    shell.bridge().leave()
    shell.studio().close()


def routes() -> list[BaseRoute]:
    return all_routes()


def middleware() -> list[Middleware]:
    return [Middleware(VisitCookie)]
