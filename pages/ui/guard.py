"""Who may use the studio's own routes: a browser that has visited a page of it, from a page of it."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import BadInput, NotAllowed, NotFound, NotSignedIn, StudioError
from core.services.signing.throttle import TooMany
from pages.ui.visit import is_of_this_visit

_STATUS: dict[type[StudioError], int] = {TooMany: 429, NotSignedIn: 401, NotFound: 404, NotAllowed: 403, BadInput: 422}


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
    origin = request.headers.get("origin")
    same_origin = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    fetched = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return is_of_this_visit(request) and same_origin and fetched


def said(error: StudioError) -> JSONResponse:
    """An error as our pages and commands read it."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 409)
    what = f"{error.where}: {error.what}" if error.where else error.what
    return JSONResponse({"what": what, "to_do": error.to_do}, status_code=status)
