"""Saying who one is: the browser is given a signed cookie, which pages and routes then read."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import BadInput, NotAllowed
from pages.ui import shell
from pages.ui.guard import guarded, said

_MOST_BYTES = 4_096
_YEAR_S = 365 * 24 * 3600


def _chosen(request: Request, raw: bytes) -> Response:
    """Who is named by `person` (an id), or somebody new of this `name`."""
    try:
        asked = json.loads(raw)
        id_, name = str(asked.get("person", "")), str(asked.get("name", ""))
    except (ValueError, AttributeError):
        raise BadInput("This names nobody", to_do="Reload the page, then choose again.") from None
    if shell.studio().door.asks:
        raise NotAllowed("People sign in here", to_do="Reload the page.")
    people = shell.studio().people
    if not id_:
        id_ = people.add(shell.actor_of(request), name).id
    word = people.choose(id_)
    chosen = people.actor_of(word)
    answer = JSONResponse({"person": id_, "role": chosen.role}, headers={"Cache-Control": "no-store"})
    return become(answer, word)


def small(answer: Callable[[Request, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
    """A guarded route that is sent a few words: `answer` gets them whole."""

    async def handler(request: Request) -> Response:
        raw = b""
        async for part in request.stream():
            raw += part
            if len(raw) > _MOST_BYTES:
                return said(BadInput("This is too long for a name", to_do="Shorten it."))
        return await guarded(lambda asked: answer(asked, raw))(request)

    return handler


def become(answer: Response, word: str) -> Response:
    """With this answer the browser is told who it is from now on."""
    answer.set_cookie(shell.studio().people.cookie, word, max_age=_YEAR_S, path="/", httponly=True, samesite="strict")
    return answer


def people_routes() -> list[Route]:
    return [Route("/api/person", small(_chosen), methods=["POST"])]
