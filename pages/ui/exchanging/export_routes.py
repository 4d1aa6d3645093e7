"""Files that are taken out of a project: streamed as they are made, so that one of any size needs no more memory than a small one."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from core.domain.export import ExportFormat, Order
from core.errors import BadInput, NotAllowed, StudioError
from core.services.exchanging import exports
from core.services.exchanging.exports import Download, Pieces
from core.services.exchanging.wanted import wanted
from pages.ui import shell
from pages.ui.guard import is_ours, said

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
_PATH = "/api/export"


def address(project: str, *, format_: ExportFormat, which: str, with_names: bool, with_unready: bool) -> str:
    """The link that downloads a file."""
    flags = {"names": "1" if with_names else "", "unready": "1" if with_unready else ""}
    return f"{_PATH}?{urlencode({'project': project, 'format': format_, 'which': which, **flags})}"


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
    try:
        format_ = ExportFormat(asked.get("format", ""))
    except ValueError:
        raise BadInput("There is no such format", to_do="Choose one on the page Data.") from None
    project = shell.open_project(asked.get("project", ""), actor)
    order = Order(
        format=format_,
        wanted=wanted(actor, project, asked.get("which", "")),
        with_names=asked.get("names") == "1",
        with_unready=asked.get("unready") == "1",
    )
    return exports.download(actor, project, order)


async def _pieces(pieces: Pieces) -> AsyncIterator[bytes]:
    """One after the other, each made off the loop; whoever goes away early leaves nothing open."""
    try:
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            yield piece
    finally:
        pieces.close()


def export_routes() -> list[BaseRoute]:
    return [Route(_PATH, _export)]
