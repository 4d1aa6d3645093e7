"""The few HTTP routes: what components ask (trees, maps, …), commands over the loopback bridge, health."""

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from core.errors import BadInput, NotAllowed, StudioError
from core.services import commands
from pages.ui import shell
from pages.ui.evaluating.join_routes import join_routes
from pages.ui.evaluating.judge_routes import judge_routes
from pages.ui.evaluating.report_routes import report_routes
from pages.ui.exchanging.bundle_routes import bundle_routes
from pages.ui.exchanging.export_routes import export_routes
from pages.ui.exploring.map_routes import map_routes
from pages.ui.growing.tree_routes import tree_routes
from pages.ui.guard import said
from pages.ui.health import health_routes
from pages.ui.modules import module_routes
from pages.ui.people_routes import people_routes
from pages.ui.reviewing.answer_routes import answer_routes
from pages.ui.reviewing.review_routes import review_routes
from pages.ui.signing.signing_routes import signing_routes
from pages.ui.uploads import upload_routes
from pages.ui.visit import is_from_here

_MOST_BYTES = 2**20  # of a command: files go by their paths


async def _command(request: Request) -> Response:
    """A command from this machine. Its one-time token stands in a file that only this person can read."""
    if not is_from_here(request) or _is_of_a_page(request):
        return said(NotAllowed("Commands come from the studio's own machine, and from no page"))
    try:
        body = json.loads(await _at_most(request, _MOST_BYTES))
        token, name, arguments = body["token"], body["command"], body["arguments"]
    except (ValueError, KeyError, TypeError):
        return said(BadInput("This is no command"))
    if not isinstance(token, str) or not shell.bridge().admit(token):
        return JSONResponse({"what": "The token is used up", "to_do": "Try again."}, status_code=401)
    try:
        answer = await run_in_threadpool(commands.run, shell.studio(), shell.owner(), name, arguments)
    except StudioError as error:
        return said(error)
    return JSONResponse(json.loads(json.dumps(answer, default=str)))


def _is_of_a_page(request: Request) -> bool:
    """A page anywhere can make this machine's browser post to it; a browser says so."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


async def _at_most(request: Request, most: int) -> bytes:
    """The body; ValueError for a longer one."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            raise ValueError("too long")
    return bytes(raw)


def all_routes() -> list[BaseRoute]:
    """Everything that app.py serves beside the pages."""
    return [
        *module_routes(),
        *answer_routes(),
        *bundle_routes(),
        *export_routes(),
        *health_routes(),
        *judge_routes(),
        *join_routes(),
        *map_routes(),
        *people_routes(),
        *report_routes(),
        *review_routes(),
        *signing_routes(),
        *tree_routes(),
        *upload_routes(),
        Route("/api/command", _command, methods=["POST"]),
    ]
