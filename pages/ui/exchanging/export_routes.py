"""Files that are taken out of a project: streamed as they are made, so that one of any size needs no more memory than a small one."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from core.domain.export import Order
from core.errors import NotAllowed, StudioError
from core.services.exchanging import again, exports, order_address
from core.services.exchanging.exports import Download, Pieces
from pages.ui import shell
from pages.ui.guard import is_ours, said

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
_PATH = "/api/export"


def address(project: str, order: Order, which: str) -> str:
    """The link that downloads a file."""
    return f"{_PATH}?{urlencode({'project': project, **order_address.to_query(order, which)})}"


def address_again(project: str, export_id: str) -> str:
    """The link that downloads the same bytes as an earlier export."""
    return f"{_PATH}?{urlencode({'project': project, 'again': export_id})}"


async def _export(request: Request) -> Response:
    if not is_ours(request):
        return said(NotAllowed("This is for the studio's own pages", to_do="Reload the page."))
    try:
        taken = await run_in_threadpool(_begun, request)
    except StudioError as error:
        return said(error)
    named = f'attachment; filename="{taken.name}"'
    headers = _HEADERS | {"Content-Disposition": named, "X-Rows": str(taken.counted.rows)}
    return StreamingResponse(_pieces(taken.pieces), media_type=taken.media_type, headers=headers)


def _begun(request: Request) -> Download:
    """What is wanted is settled and counted here; nothing is read yet."""
    asked = request.query_params
    actor = shell.actor_of(request)
    project = shell.open_project(asked.get("project", ""), actor)
    if export_id := asked.get("again", ""):
        return again.again(actor, project, export_id)
    order = order_address.from_query(actor, project, asked)
    return exports.download(actor, project, order, known=shell.studio().previews.known(actor, project, order))


async def _pieces(pieces: Pieces) -> AsyncIterator[bytes]:
    """One after the other, each made off the loop; whoever goes away early leaves nothing open."""
    try:
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            yield piece
    finally:
        pieces.close()


def export_routes() -> list[BaseRoute]:
    return [Route(_PATH, _export)]
