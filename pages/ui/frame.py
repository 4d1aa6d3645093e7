"""What happens around the pages: the studio is opened before the first visit and closed with the server."""

import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from core.errors import StudioError
from core.services import logs
from core.services.log_lines import facts
from pages.ui import shell
from pages.ui.guard import VisitCookie
from pages.ui.handles import allow_many
from pages.ui.headers import SafetyHeaders
from pages.ui.request_log import RequestLog
from pages.ui.routes import all_routes
from pages.ui.signing import starting

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open everything, or say in one line why not and do not listen at all."""
    await run_in_threadpool(_start)
    log = logs.begin(shell.studio().settings)
    opening = threading.Thread(target=_open_projects, name="opening", daemon=True)
    opening.start()  # beside the first visit, which has the browser's own work to wait for
    try:
        yield
    finally:
        await run_in_threadpool(opening.join)
        await run_in_threadpool(_stop)
        log.close()


def _start() -> None:
    try:
        starting.require_safe()
        studio = shell.studio()
        starting.greet(studio)
    except StudioError as error:
        sys.stderr.write(f"\nThe studio cannot start. {error}\n\n")
        sys.stderr.flush()
        os._exit(1)  # nothing is open yet, and the server's own way would bury the sentence under its traceback
    allow_many()
    shell.bridge().stand_beside([studio.installation.path])


def _open_projects() -> None:
    """Every project that was not put away: interrupted runs that may go on by themselves do, and commands find its file open."""
    studio, began = shell.studio(), time.monotonic()
    for slug in studio.shelf.slugs(shell.owner()):
        try:
            studio.runs.resume_by_themselves(shell.owner(), shell.open_project(slug, shell.owner()))
        except StudioError as error:  # one unusable file must not close the house; its pages say the same
            sys.stderr.write(f"\nThe project “{slug}” was not opened. {error}\n\n")
            _log.warning("a project was not opened", extra=facts(project=slug, kind=type(error).__name__))
    studio.argilla_work.watch()
    studio.backup_clock.watch()
    n = len(studio.projects.opened())
    _log.info("the studio is open", extra=facts(projects=n, seconds=round(time.monotonic() - began, 2)))


def _stop() -> None:
    _log.info("the studio closes")
    began = time.monotonic()
    shell.bridge().leave()
    shell.studio().close()
    _log.info("the studio is closed", extra=facts(seconds=round(time.monotonic() - began, 2)))


def routes() -> list[BaseRoute]:
    return list(_routes())


@cache
def _routes() -> tuple[BaseRoute, ...]:
    return tuple(all_routes())


def middleware() -> list[Middleware]:
    known = frozenset(one.path for one in _routes() if isinstance(one, Route))
    return [Middleware(SafetyHeaders), Middleware(RequestLog, known=known), Middleware(VisitCookie)]
