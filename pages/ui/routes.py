"""The few HTTP routes: trees for the tree component, commands over the loopback bridge, health."""

import json
from uuid import UUID

from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from core.domain.tree import Node, SeedPage, Tree
from core.errors import BadInput, NotFound, StudioError
from core.services import commands, trees
from pages.ui import shell
from pages.ui.guard import guarded, said
from pages.ui.modules import module_routes

_NOUNS = {"run": "run", "seed": "seed", "id": "instruction"}
_NO_STORE = {"Cache-Control": "no-store"}


_ANSWER: TypeAdapter[SeedPage | Tree | Node] = TypeAdapter(SeedPage | Tree | Node)


def _json(value: SeedPage | Tree | Node) -> Response:
    return Response(_ANSWER.dump_json(value), media_type="application/json", headers=_NO_STORE)


def _asked(request: Request, name: str) -> str:
    value = request.query_params.get(name, "")
    if not value:
        raise BadInput(f"The address lacks `{name}`", to_do="Open the page Trees again.")
    return value


def _asked_id(request: Request, name: str) -> str:
    """An id of ours; anything else names nothing here."""
    try:
        return str(UUID(_asked(request, name)))
    except ValueError:
        raise NotFound(f"This project has no such {_NOUNS[name]}", to_do="Choose one from the list.") from None


def _seeds(request: Request) -> Response:
    after = request.query_params.get("after") or "0"
    return _json(
        trees.seeds(
            shell.actor(),
            shell.open_project(_asked(request, "project")),
            _asked_id(request, "run"),
            show=request.query_params.get("show", "all"),
            find=request.query_params.get("find", ""),
            after=int(after) if after.isdecimal() else 0,
        )
    )


def _tree(request: Request) -> Response:
    project = shell.open_project(_asked(request, "project"))
    return _json(trees.tree(shell.actor(), project, _asked_id(request, "run"), _asked_id(request, "seed")))


def _node(request: Request) -> Response:
    project = shell.open_project(_asked(request, "project"))
    return _json(trees.node(shell.actor(), project, _asked_id(request, "id"), _asked_id(request, "run")))


async def _command(request: Request) -> Response:
    """A command from this machine. Its one-time token stands in a file that only this person can read."""
    try:
        body = json.loads(await request.body())
        token, name, arguments = body["token"], body["command"], body["arguments"]
    except (ValueError, KeyError, TypeError):
        return said(BadInput("This is no command"))
    if not isinstance(token, str) or not shell.bridge().admit(token):
        return JSONResponse({"what": "The token is used up", "to_do": "Try again."}, status_code=401)
    try:
        answer = await run_in_threadpool(commands.run, shell.studio(), shell.actor(), name, arguments)
    except StudioError as error:
        return said(error)
    return JSONResponse(json.loads(json.dumps(answer, default=str)))


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def all_routes() -> list[BaseRoute]:
    """Everything that app.py serves beside the pages."""
    return [
        *module_routes(),
        Route("/api/seeds", guarded(_seeds)),
        Route("/api/tree", guarded(_tree)),
        Route("/api/node", guarded(_node)),
        Route("/api/command", _command, methods=["POST"]),
        Route("/health", _health),
    ]
