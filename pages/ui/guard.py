"""Who may use the studio's own routes: a browser that has visited a page of it, from a page of it, on this machine."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.errors import BadInput, NotAllowed, NotFound, StudioError

_COOKIE = "studio_visit"
_VISIT = secrets.token_urlsafe(24)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_STATUS: dict[type[StudioError], int] = {NotFound: 404, NotAllowed: 403, BadInput: 422}


class VisitCookie:
    """Gives the browser its HttpOnly, same-site cookie with the page, and refuses other host names (DNS rebinding)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not _is_local(HTTPConnection(scope)):
            refusal = JSONResponse({"what": "This address is not served"}, status_code=421)
            await (refusal if scope["type"] == "http" else WebSocketClose())(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", f"{_COOKIE}={_VISIT}; Path=/; HttpOnly; SameSite=Strict")
            await send(message)

        await self._app(scope, receive, with_cookie)


def _is_local(request: HTTPConnection) -> bool:
    """A page elsewhere that makes its own name lead to this machine still sends that name."""
    return (urlsplit(f"//{request.headers.get('host', '')}").hostname or "") in _LOOPBACK


def guarded(answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """A route for our own pages: checks cookie and origin, answers off the loop, says errors as JSON."""

    async def handler(request: Request) -> Response:
        if not is_ours(request):
            return said(NotAllowed("This is for the studio's own pages", to_do="Reload the page."))
        try:
            return await run_in_threadpool(answer, request)
        except StudioError as error:
            return said(error)

    return handler


def is_ours(request: Request) -> bool:
    """Whether one of our own pages asks: the visit's cookie, from the same origin."""
    cookie = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    origin = request.headers.get("origin")
    same_origin = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    fetched = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return (
        cookie is not None and hmac.compare_digest(cookie.value.encode(), _VISIT.encode()) and same_origin and fetched
    )


def said(error: StudioError) -> JSONResponse:
    """An error as our pages and commands read it."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 409)
    what = f"{error.where}: {error.what}" if error.where else error.what
    return JSONResponse({"what": what, "to_do": error.to_do}, status_code=status)
