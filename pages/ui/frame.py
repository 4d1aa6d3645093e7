"""What happens around the pages: the studio is opened before the first visit and closed with the server."""

import os
import sys
import threading
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
    await run_in_threadpool(_start)
    opening = threading.Thread(target=_open_projects, name="opening", daemon=True)
    opening.start()  # beside the first visit, which has the browser's own work to wait for
    try:
        yield
    finally:
        await run_in_threadpool(opening.join)
        await run_in_threadpool(_stop)


def _start() -> None:
    try:
        studio = shell.studio()
    except StudioError as error:
        sys.stderr.write(f"\nThe studio cannot start. {error}\n\n")
        sys.stderr.flush()
        os._exit(1)  # nothing is open yet, and the server's own way would bury the sentence under its traceback
    shell.bridge().stand_beside([studio.installation.path])


def _open_projects() -> None:
    """Every project that was not put away: interrupted runs that may go on by themselves do, and commands find its file open."""
    studio = shell.studio()
    for slug in studio.shelf.slugs(shell.owner()):
        try:
            studio.runs.resume_by_themselves(shell.owner(), shell.open_project(slug, shell.owner()))
        except StudioError as error:  # one unusable file must not close the house; its pages say the same
            sys.stderr.write(f"\nThe project “{slug}” was not opened. {error}\n\n")
    studio.argilla_work.watch()


def _stop() -> None:
    shell.bridge().leave()
    shell.studio().close()


def routes() -> list[BaseRoute]:
    return all_routes()


def middleware() -> list[Middleware]:
    return [Middleware(VisitCookie)]
