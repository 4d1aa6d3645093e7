"""A whole project, streamed as one file."""

from collections.abc import AsyncIterator, Generator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from core.errors import NotAllowed, StudioError
from core.services.exchanging import bundles
from pages.ui import shell
from pages.ui.guard import is_ours, said

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
PATH = "/api/project"


async def _project(request: Request) -> Response:
    if not is_ours(request):
        return said(NotAllowed("This is for the studio's own pages", to_do="Reload the page."))
    try:
        name, pieces = await run_in_threadpool(_begun, request)
    except StudioError as error:
        return said(error)
    headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(pieces), media_type="application/zip", headers=headers)


def _begun(request: Request) -> tuple[str, Generator[bytes, None, None]]:
    actor = shell.actor_of(request)
    return bundles.download(actor, shell.open_project(request.query_params.get("project", ""), actor))


async def _pieces(pieces: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """One after the other, each made off the loop; whoever goes away early leaves nothing open."""
    try:
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            yield piece
    finally:
        pieces.close()


def bundle_routes() -> list[BaseRoute]:
    return [Route(PATH, _project)]
