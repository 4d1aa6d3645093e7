"""Which browsers are served at all: those that use a name of ours; without sign-in, only those of this machine.

Each gets a cookie with its first page. Needs nothing of the studio but its settings, so that it stands from the first moment.
"""

import hmac
import secrets
from functools import cache
from http.cookies import SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.settings import Settings

_COOKIE = "studio_visit"
_NOT_MODIFIED = 304
_VISIT = secrets.token_urlsafe(24)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@cache
def settings() -> Settings:
    """Those of this process."""
    return Settings()


class VisitCookie:
    """Gives the browser its HttpOnly, same-site cookie with the page, and refuses other host names (DNS rebinding) and machines."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
        asks_who = settings().asks_who
        hosts = _LOOPBACK | (settings().hosts if asks_who else frozenset())
        if _host(asks) not in hosts or not (asks_who or is_from_here(asks)):
            return JSONResponse({"what": "This address is not served"}, status_code=421)
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
    return asks.url.scheme in ("https", "wss") or (settings().is_behind_https and _host(asks) in settings().hosts)


def is_of_this_visit(asks: HTTPConnection) -> bool:
    """Whether it carries the cookie that came with a page of this process."""
    cookie = SimpleCookie(asks.headers.get("cookie", "")).get(_COOKIE)
    return cookie is not None and hmac.compare_digest(cookie.value.encode(), _VISIT.encode())


def _host(asks: HTTPConnection) -> str:
    return urlsplit(f"//{asks.headers.get('host', '')}").hostname or ""


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return address in _LOOPBACK
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or (mapped is not None and mapped.is_loopback)
