"""What stands around the pages before anything of the studio is loaded: headers, the visit's cookie, and a door.

Alone on this machine the server listens at once, and the studio is loaded and opened while the browser is still busy with
Streamlit's own files; whoever asks for more than those waits at the door. Where people sign in, nobody is let near before.
"""

import asyncio
import gc
import inspect
import os
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NoReturn

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import StudioError
from core.services import logs
from pages.ui.headers import SafetyHeaders
from pages.ui.request_log import RequestLog
from pages.ui.signing import starting
from pages.ui.visit import VisitCookie

if TYPE_CHECKING:
    from pages.ui.house import House

_OURS = ("/api/", "/health", "/studio-modules/")  # where the studio's own routes are
# Streamlit's own routes that tell of people's work, run pages (off unless somebody turns it on) or take files into memory.
_INSIDE = ("/_stcore/metrics", "/_stcore/agent/", "/_stcore/upload_file")


class Frame:
    """Of one app. Everything in it runs on the server's loop."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[House] | None = None

    @asynccontextmanager
    async def lifespan(self, _: st.App) -> AsyncIterator[None]:
        """Open everything, or say in one line why not and end."""
        try:
            settings = starting.safe_settings()
        except StudioError as error:
            _end(error)
        log = logs.begin(settings)
        self._opening = asyncio.create_task(run_in_threadpool(_opened))
        self._opening.add_done_callback(_or_end)
        if settings.asks_who:
            await self._opening
        try:
            yield
        finally:
            house = await self._opening
            await run_in_threadpool(house.close)
            log.close()

    def routes(self) -> list[BaseRoute]:
        return [_Ours(self)]

    def middleware(self) -> list[Middleware]:
        return [
            Middleware(SafetyHeaders),
            Middleware(RequestLog, known=self._known),
            Middleware(VisitCookie),
            Middleware(_Door, frame=self),
        ]

    async def house(self) -> "House":
        """The studio, as soon as it is open."""
        assert self._opening is not None, "the server has not begun"
        return await asyncio.shield(self._opening)  # a browser that does not wait must not stop it for all

    def _known(self) -> frozenset[str]:
        opening = self._opening
        return opening.result().paths if opening is not None and opening.done() else frozenset()


class _Door:
    """Keeps pages, and what of Streamlit tells of them, until the studio is open; then asks it who may come in."""

    def __init__(self, app: ASGIApp, frame: Frame) -> None:
        self._app, self._frame = app, frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._frame.house()
        elif scope["type"] == "http" and scope["path"].startswith(_INSIDE):
            house = await self._frame.house()
            if (refusal := house.refusal(HTTPConnection(scope))) is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Ours(BaseRoute):
    """All addresses that are the studio's own; which they are is known when it is loaded."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_ours = scope["type"] == "http" and scope["path"].startswith(_OURS)
        return (Match.FULL if is_ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        house = await self._frame.house()
        await house.router(scope, receive, send)


def _opened() -> "House":
    """Load and open it. What is loaded is never garbage: looking for some would cost a sixth of the start, and time later."""
    gc.disable()
    try:
        from pages.ui.house import House

        inspect.stack()  # Streamlit does it at its first element, and the first time it looks up every module's file
        gc.freeze()
        return House()
    finally:
        gc.enable()


def _or_end(opening: "asyncio.Task[House]") -> None:
    error = None if opening.cancelled() else opening.exception()
    if isinstance(error, StudioError):
        _end(error)
    if error is not None:
        traceback.print_exception(error)
        _end("It met a fault of its own.")


def _end(why: object) -> NoReturn:
    """Nothing was given to anybody yet, and the server's own way would bury the sentence under its traceback."""
    sys.stderr.write(f"\nThe studio cannot start. {why}\n\n")
    sys.stderr.flush()
    os._exit(1)
