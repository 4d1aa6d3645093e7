"""Requests and pages in the log: which route or page, who, how it ended, how long. Not what was asked, nor what was answered."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.services.log_lines import about, facts
from core.services.logs import new_id

WHO = "studio.who"  # where a route leaves, beside its request, whom it took the browser for
_GIVEN = re.compile(r"[A-Za-z0-9-]{6,64}")  # a proxy's own name for the request
_OTHER = "none of ours"  # an address that may hold anything
_log = logging.getLogger(__name__)


class RequestLog:
    """Gives every request of our routes a name, which its answer carries too (X-Request-ID), and tells of it when it is over."""

    def __init__(self, app: ASGIApp, known: Callable[[], frozenset[str]]) -> None:
        """`known` says which routes there are, as they are declared, such as "/api/tree/file/{kind}"."""
        self._app, self._known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_told(scope):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _GIVEN.fullmatch(given) else new_id()
        about.set(name)
        began, status = time.perf_counter(), 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            route = _route(scope)
            _tell(scope, route if route in self._known() else _OTHER, status, 1000 * (time.perf_counter() - began))


@contextmanager
def drawing(page: str, who: str) -> Iterator[None]:
    """A page that is drawn for somebody."""
    about.set(new_id())
    began = time.perf_counter()
    try:
        yield
    finally:
        _log.info("page", extra=facts(page=page, who=who, ms=round(1000 * (time.perf_counter() - began), 1)))


def _is_told(scope: Scope) -> bool:
    return bool(scope["type"] == "websocket" or (scope["type"] == "http" and scope["path"].startswith("/api/")))


def _tell(scope: Scope, route: str, status: int, ms: float) -> None:
    if scope["type"] == "websocket":
        _log.info("visit ended", extra=facts(seconds=round(ms / 1000, 1)))
        return
    known = facts(
        method=scope["method"], route=route, status=status, who=scope.get(WHO), ms=round(ms, 1)
    )  # fmt: skip
    _log.log(logging.ERROR if status >= 500 else logging.INFO, "request", extra=known)


def _route(scope: Scope) -> str:
    """The address as its route declares it, without what stands in an open place of it."""
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    return path
