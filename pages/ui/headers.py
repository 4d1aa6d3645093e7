"""What every answer forbids the browser: no host but our own, no script that is not ours, no frame around us.

The last line of defence. The first is that no text of a dataset ever becomes HTML (pages/ui/kit.py, components/shared).
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_NOT_MODIFIED = 304  # the browser takes what it has, and its headers with it: a policy of data would shut the page up
_YEAR_S = 365 * 24 * 3600
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": ", ".join(
        f"{what}=()"
        for what in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
            "encrypted-media", "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment",
            "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
        )
    ),
}  # fmt: skip
# What is no page and no script is data: opened by itself it may do nothing at all.
_DATA = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class SafetyHeaders:
    """Puts the headers on every HTTP answer, whoever makes it; a policy that a route has of its own stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != _NOT_MODIFIED:
                add_to(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)


def add_to(answer: MutableHeaders, scope: Scope) -> None:
    """Every header that an answer lacks."""
    asked = Headers(scope=scope)
    for name, value in _ALWAYS.items():
        answer.setdefault(name, value)
    kind = answer.get("content-type", "").partition(";")[0].strip()
    is_of_a_page = (kind == "text/html" or kind.endswith("javascript")) and not scope["path"].startswith("/media/")
    answer.setdefault("Content-Security-Policy", policy(asked.get("host", "")) if is_of_a_page else _DATA)
    is_https = "https" in (scope.get("scheme"), asked.get("x-forwarded-proto", "").partition(",")[0].strip())
    if is_https and not asked.get("host", "").startswith(_LOOPBACK):
        answer.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")


def policy(host: str) -> str:
    """What a page may load: our own files, what our own scripts make in the browser (blob:, data:), and the page's own socket.

    Inline styles are Streamlit's way of drawing; they can change how a page looks, and load nothing from elsewhere. Inline scripts are
    refused but those of Streamlit's own first page, by their hashes. `blob:` is how Streamlit starts a component's script.
    """
    # Older browsers do not count the page's own socket to 'self'.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    rules = (
        "default-src 'self'",
        f"script-src 'self' blob: {_own_inline_scripts()}".strip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        f"connect-src 'self' data: blob:{sockets}",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)


def fault(_: Request, __: Exception) -> JSONResponse:
    """What is answered when a route breaks: nothing of what broke. The traceback is on the console."""
    answer = JSONResponse(
        {"what": "The studio met a fault of its own", "to_do": "Try again; the studio's console says more."},
        status_code=500,
    )
    answer.headers.update(_ALWAYS | {"Content-Security-Policy": _DATA, "Cache-Control": "no-store"})
    return answer


@cache
def _own_inline_scripts() -> str:
    """The hashes of the scripts that stand in Streamlit's own page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
