"""Who may use the studio's own routes: a browser that has visited a page of it, from a page of it, under a name that we serve.

Without sign-in that is this machine alone: its own names, and connections that come from it and arrive at it.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from functools import cached_property
from http.cookies import SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.errors import BadInput, NotAllowed, NotFound, NotSignedIn, StudioError
from core.services.signing.throttle import TooMany
from pages.ui import shell

_COOKIE = "studio_visit"
_NOT_MODIFIED = 304
_VISIT = secrets.token_urlsafe(24)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Streamlit's own routes that tell of people's work, run pages (off unless somebody turns it on) or take files into memory.
_INSIDE = ("/_stcore/metrics", "/_stcore/agent/", "/_stcore/upload_file")
_STATUS: dict[type[StudioError], int] = {TooMany: 429, NotSignedIn: 401, NotFound: 404, NotAllowed: 403, BadInput: 422}


class VisitCookie:
    """Gives the browser its HttpOnly, same-site cookie with the page, and refuses other host names (DNS rebinding) and machines."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @cached_property
    def _asks_who(self) -> bool:
        return shell.studio().settings.asks_who

    @cached_property
    def _hosts(self) -> frozenset[str]:
        return _LOOPBACK | (shell.studio().settings.hosts if self._asks_who else frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(HTTPConnection(scope))
        if refusal is not None:
            await (refusal if scope["type"] == "http" else WebSocketClose())(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if headers.get("content-type", "").startswith("text/html") or _is_known_page(message["status"], scope):
                    flags = "HttpOnly; SameSite=Strict" + ("; Secure" if is_secure(HTTPConnection(scope)) else "")
                    headers.append("Set-Cookie", f"{_COOKIE}={_VISIT}; Path=/; {flags}")
            await send(message)

        await self._app(scope, receive, with_cookie)

    def _refusal(self, asks: HTTPConnection) -> Response | None:
        if _host(asks) not in self._hosts or not (self._asks_who or is_from_here(asks)):
            return JSONResponse({"what": "This address is not served"}, status_code=421)
        is_inside = self._asks_who and asks.url.path.startswith(_INSIDE)
        if is_inside and shell.studio().door.session_of(asks.cookies) is None:
            return said(NotSignedIn("You are not signed in", to_do="Sign in, then try again."))
        return None


def _is_known_page(status: int, scope: Scope) -> bool:
    """A page that the browser has already: after a new start it still needs the new cookie."""
    return status == _NOT_MODIFIED and "text/html" in Headers(scope=scope).get("accept", "")


def is_from_here(asks: HTTPConnection) -> bool:
    """Whether it comes from this machine, and arrived at an address that only this machine reaches.

    A page elsewhere that makes its own name lead to this machine still sends that name; a proxy in front says whom it speaks for.
    """
    arrived: tuple[str, int | None] | None = asks.scope.get("server")
    ends = [arrived[0] if arrived else "127.0.0.1", asks.client.host if asks.client else "127.0.0.1"]
    return _host(asks) in _LOOPBACK and all(map(_is_loopback, ends))


def is_secure(asks: HTTPConnection) -> bool:
    """Whether the browser came over https, by what the server or the settings say of the proxy in front of it."""
    settings = shell.studio().settings
    return asks.url.scheme in ("https", "wss") or (settings.is_behind_https and _host(asks) in settings.hosts)


def _host(asks: HTTPConnection) -> str:
    return urlsplit(f"//{asks.headers.get('host', '')}").hostname or ""


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return address in _LOOPBACK
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or (mapped is not None and mapped.is_loopback)


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
