"""What the tree asks: seeds and what is found in them, trees and their news, nodes, files to take along, one more child."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.regrow import Offer, Regrown, Wish
from core.domain.tree import Between, Found, Node, SeedInRun, SeedPage, Tree
from core.errors import BadInput, NotFound
from core.services.growing import regrow, tree_files, tree_nodes, trees
from core.services.projects import Project
from pages.ui import shell
from pages.ui.guard import guarded, said

_NOUNS = {"run": "run", "seed": "seed", "id": "instruction", "parent": "instruction", "other": "instruction"}
_NO_STORE = {"Cache-Control": "no-store"}
_MOST_BYTES = 16_384  # of a wish
_MOST_LETTERS = 200  # of what is looked for
# A file that is opened from here must not do anything either: it is only downloaded, and it has no scripts.
_FILE_HEADERS = _NO_STORE | {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
_ANSWER: TypeAdapter[Any] = TypeAdapter(
    SeedPage | Tree | Node | Found | tuple[SeedInRun, ...] | Between | Offer | Regrown
)
_WISH = TypeAdapter(Wish)


def _json(value: object, **headers: str) -> Response:
    return Response(_ANSWER.dump_json(value), media_type="application/json", headers=_NO_STORE | headers)


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


def _project(request: Request) -> Project:
    return shell.open_project(_asked(request, "project"), shell.actor_of(request))


def _looked_for(request: Request) -> str:
    return request.query_params.get("find", "").strip()[:_MOST_LETTERS]


def _seeds(request: Request) -> Response:
    after = request.query_params.get("after") or "0"
    return _json(
        trees.seeds(
            shell.actor_of(request),
            _project(request),
            _asked_id(request, "run"),
            show=request.query_params.get("show", "all"),
            find=_looked_for(request),
            after=int(after) if after.isdecimal() else 0,
        )
    )


def _tree(request: Request) -> Response:
    """The tree, or 304 if the browser has it as it is: a live tree is asked for every second or two."""
    where = shell.actor_of(request), _project(request), _asked_id(request, "run"), _asked_id(request, "seed")
    known = request.headers.get("if-none-match")
    if known is not None and known == f'"{trees.version(*where)}"':
        return Response(status_code=304, headers=_NO_STORE)
    tree = trees.tree(*where)
    return _json(tree, ETag=f'"{tree.version}"')


def _node(request: Request) -> Response:
    id_, run = _asked_id(request, "id"), _asked_id(request, "run")
    return _json(tree_nodes.node(shell.actor_of(request), _project(request), id_, run))


def _between(request: Request) -> Response:
    one, other = _asked_id(request, "id"), _asked_id(request, "other")
    return _json(tree_nodes.between(shell.actor_of(request), _project(request), one, other))


def _found(request: Request) -> Response:
    run, seed = _asked_id(request, "run"), _asked_id(request, "seed")
    return _json(trees.found(shell.actor_of(request), _project(request), run, seed, _looked_for(request)))


def _in_runs(request: Request) -> Response:
    return _json(trees.in_runs(shell.actor_of(request), _project(request), _asked_id(request, "seed")))


def _file(request: Request) -> Response:
    kind = request.path_params["kind"]
    run, seed = _asked_id(request, "run"), _asked_id(request, "seed")
    file = tree_files.take(shell.actor_of(request), _project(request), run, seed, kind)
    named = f'attachment; filename="{file.name}"'
    headers = _FILE_HEADERS | {"Content-Disposition": named}
    return Response(file.content, media_type=file.media_type, headers=headers)


def _wish(raw: bytes) -> Wish:
    try:
        return _WISH.validate_json(raw)
    except ValidationError:
        raise BadInput("This is no wish for an evolution", to_do="Choose an operation from the list.") from None


def _offer(request: Request, raw: bytes) -> Response:
    run, parent = _asked_id(request, "run"), _asked_id(request, "parent")
    return _json(regrow.offer(shell.studio(), shell.actor_of(request), _project(request), run, parent, _wish(raw)))


def _evolve(request: Request, raw: bytes) -> Response:
    run, parent = _asked_id(request, "run"), _asked_id(request, "parent")
    return _json(regrow.evolve(shell.studio(), shell.actor_of(request), _project(request), run, parent, _wish(raw)))


async def _body(request: Request) -> bytes | None:
    """What was sent, if it is not too much."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > _MOST_BYTES:
            return None
    return raw


async def _with_body(request: Request) -> Response:
    raw = await _body(request)
    if raw is None:
        return said(BadInput("This is too much for a hint", to_do="Shorten it."))
    answer = _evolve if request.url.path.endswith("/evolve") else _offer
    return await guarded(lambda asked: answer(asked, raw))(request)


def tree_routes() -> list[BaseRoute]:
    return [
        Route("/api/seeds", guarded(_seeds)),
        Route("/api/tree", guarded(_tree)),
        Route("/api/tree/file/{kind}", guarded(_file)),
        Route("/api/tree/found", guarded(_found)),
        Route("/api/tree/runs", guarded(_in_runs)),
        Route("/api/node", guarded(_node)),
        Route("/api/node/between", guarded(_between)),
        Route("/api/node/offer", _with_body, methods=["POST"]),
        Route("/api/node/evolve", _with_body, methods=["POST"]),
    ]
