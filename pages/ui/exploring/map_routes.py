"""What the map asks: its points, the text of one of them, and to keep what was picked out."""

from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.map import ClusterNow
from core.errors import BadInput
from core.services.exploring import map_point, maps
from core.services.exploring.map_point import MapPoint
from core.services.exploring.maps import MapPoints
from core.services.projects import Project
from pages.ui import shell
from pages.ui.asked import as_json, number_of, project_of
from pages.ui.exploring.map_wire import MEDIA_TYPE, encode
from pages.ui.guard import guarded, said

_PAGE = "Explore"
_NO_STORE = {"Cache-Control": "no-store"}
_MOST_BYTES = 16_000_000  # of a selection: four a point
_LONGEST_NAME = 80


def _project(request: Request) -> Project:
    return project_of(request, request.query_params.get("project"), _PAGE)


def _map_id(request: Request) -> str:
    return request.query_params.get("map", "")


def _points(request: Request) -> Response:
    actor, project, map_id = shell.actor_of(request), _project(request), _map_id(request)
    points = maps.points(actor, project, map_id)
    content = as_bytes(points, maps.clusters(actor, project, map_id))
    return Response(content, media_type=MEDIA_TYPE, headers=_NO_STORE)


def as_bytes(points: MapPoints, clusters: tuple[ClusterNow, ...]) -> bytes:
    """Points and clusters as the browser reads them. Code 0 of every property is nothing."""
    words = {
        "kind": points.kinds, "operation": points.operations, "status": points.statuses, "human": points.people,
        "source": points.sources,
    }  # fmt: skip
    head = {
        "n": len(points.seq),
        "edited": int(points.is_edited.sum()),
        "words": {name: ["", *each] for name, each in words.items()},
        "clusters": [_cluster(one) for one in clusters],
    }
    arrays: dict[str, NDArray[np.generic]] = {
        "x": points.x, "y": points.y, "seq": points.seq.astype(np.uint32), "cluster": points.cluster, "epoch": points.epoch,
        "kind": points.kind, "operation": points.operation, "status": points.status, "human": points.person,
        "source": points.source,
    }  # fmt: skip
    return encode(head, arrays)


def _cluster(one: ClusterNow) -> dict[str, object]:
    return {
        "cluster": one.cluster, "n": one.n, "x": one.x, "y": one.y, "words": one.words, "name": one.name, "label": one.label,
    }  # fmt: skip


def _text(request: Request) -> Response:
    project = _project(request)
    seq = number_of(request.query_params.get("seq", ""), 0)
    found = map_point.one(shell.actor_of(request), project, seq)
    return as_json({"id": found.id, "text": found.text, "address": _address(project, found)})


def _address(project: Project, found: MapPoint) -> str:
    """Where it can be looked at; "" where it is nothing but itself."""
    if found.run_id is None:
        return ""
    where = {"project": project.slug, "run": found.run_id, "seed": found.seed_id, "node": found.id}
    return f"/trees?{urlencode(where)}"


def _select(request: Request, raw: bytes) -> Response:
    if not raw or len(raw) % 4:
        raise BadInput("This is no selection", to_do="Reload the page and pick out some points.")
    seqs = np.frombuffer(raw, dtype="<u4")
    actor, project = shell.actor_of(request), _project(request)
    name = request.query_params.get("name", "")[:_LONGEST_NAME]
    kept = maps.selection(actor, project, maps.select(actor, project, _map_id(request), seqs, name))
    return as_json({"id": kept.id, "n": kept.n})


async def _selection(request: Request) -> Response:
    """Numbers as they are, four bytes each: as JSON a quarter of a million would take twice as much."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > _MOST_BYTES:
            return said(BadInput("This is more than a map holds", to_do="Reload the page."))
    return await guarded(lambda asked: _select(asked, bytes(raw)))(request)


def map_routes() -> list[BaseRoute]:
    return [
        Route("/api/map", guarded(_points)),
        Route("/api/map/text", guarded(_text)),
        Route("/api/map/selection", _selection, methods=["POST"]),
    ]
