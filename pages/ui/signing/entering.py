"""The session's cookie: given to a browser, and taken from it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.domain.account import Visitor, Way
from pages.ui import shell
from pages.ui.visit import is_secure

_DAY_S = 24 * 3600


def visitor(request: Request) -> Visitor:
    """Where a request comes from, for the log and the throttle."""
    return Visitor(address=request.client.host if request.client else "", browser=request.headers.get("user-agent", ""))


def entered(request: Request, word: str, way: Way, **more: object) -> Response:
    """The answer that lets a browser in. The session it had before, whoever's it was, ends."""
    door = shell.studio().door
    door.leave(request.cookies, visitor(request))
    answer = JSONResponse({"entered": True, **more}, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        door.sessions.cookie, word, max_age=_DAY_S * door.sessions.days(way), path="/", httponly=True,
        secure=is_secure(request), samesite="strict",
    )  # fmt: skip
    return answer


def left(request: Request) -> Response:
    """The answer that lets a browser out."""
    door = shell.studio().door
    door.leave(request.cookies, visitor(request))
    answer = JSONResponse({"left": True}, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(door.sessions.cookie, path="/", httponly=True, secure=is_secure(request), samesite="strict")
    return answer
