"""The open studio behind the door of frame.py: its routes, who is let in, and its projects, which open beside the first visit."""

import logging
import sys
import threading
import time

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Route, Router

from core.errors import NotSignedIn, StudioError
from core.services.log_lines import facts
from pages.ui import shell
from pages.ui.guard import said
from pages.ui.handles import allow_many
from pages.ui.routes import all_routes
from pages.ui.signing.greeting import greet

_log = logging.getLogger(__name__)


class House:
    """Opens the studio; raises StudioError where that cannot be."""

    def __init__(self) -> None:
        studio = shell.studio()
        greet(studio)
        allow_many()
        shell.bridge().stand_beside([studio.installation.path])
        routes = all_routes()
        self.router = Router(routes, redirect_slashes=False)
        self.paths = frozenset(one.path for one in routes if isinstance(one, Route))
        self._opening = threading.Thread(target=_open_projects, name="opening", daemon=True)
        self._opening.start()  # beside the first visit, which has the browser's own work to wait for

    def refusal(self, asks: HTTPConnection) -> Response | None:
        """The answer to somebody who has to sign in first."""
        door = shell.studio().door
        if not door.asks or door.session_of(asks.cookies) is not None:
            return None
        return said(NotSignedIn("You are not signed in", to_do="Sign in, then try again."))

    def close(self) -> None:
        self._opening.join()
        _log.info("the studio closes")
        began = time.monotonic()
        shell.bridge().leave()
        shell.studio().close()
        _log.info("the studio is closed", extra=facts(seconds=round(time.monotonic() - began, 2)))


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
