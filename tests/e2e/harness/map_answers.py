"""The routes that the map asks, with a made-up map: `n` points in six clusters, the same every time."""

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.ui.exploring.map_wire import MEDIA_TYPE, encode

HOSTILE = "<img src=x onerror=window.hurt=1>"
WORDS: dict[str, list[str]] = {
    "kind": ["seed", "evolved", "reference"],
    "operation": ["", "add_constraints", "deepen", "concretize", "increase_reasoning", "complicate_input", "mutate"],
    "status": ["", "survived", "eliminated", "waiting"],
    "human": ["undecided", "accepted", "rejected", "disputed"],
    "source": ["", "Alpaca"],
}
CENTRES = ((0, 0), (30, 0), (60, 0), (0, 25), (30, 25), (60, 25))
KEPT: list[list[int]] = []  # what was picked out, selection by selection


def arrays(n: int) -> dict[str, NDArray[np.generic]]:
    """Point i lies in cluster i % 6; seeds, then three epochs, then a reference set."""
    draw = np.random.default_rng(7)
    cluster = np.arange(n) % len(CENTRES)
    places = np.array(CENTRES)[cluster] + draw.normal(0, 3.2, (n, 2)) * (1 + draw.random((n, 1)))
    kind = np.digitize(draw.random(n), (0.1, 0.9))
    evolved = kind == 1
    return {
        "x": places[:, 0].astype("f4"),
        "y": places[:, 1].astype("f4"),
        "seq": np.arange(1, n + 1, dtype="u4"),
        "cluster": cluster.astype("u2"),
        "epoch": np.where(evolved, draw.integers(1, 4, n), 0).astype("u2"),
        "kind": kind.astype("u1"),
        "operation": np.where(evolved, draw.integers(1, 7, n), 0).astype("u1"),
        "status": np.where(evolved, draw.integers(1, 4, n), 0).astype("u1"),
        "human": np.where(evolved, draw.integers(0, 4, n), 0).astype("u1"),
        "source": np.where(kind == 2, 1, 0).astype("u1"),
    }


def of_size(name: str) -> int:
    """The map's name is how many points it has."""
    return int(name)


async def points(request: Request) -> Response:
    name = request.query_params["map"]
    if not name.isdecimal():
        return JSONResponse({"what": "There is no such map.", "to_do": "Choose one from the list."}, status_code=404)
    n = of_size(name)
    clusters = [
        {"cluster": at, "n": n // 6, "x": float(x), "y": float(y), "name": HOSTILE if at == 5 else "", "words": [f"word{at}", "other"],
         "label": HOSTILE if at == 5 else f"word{at}, other"}
        for at, (x, y) in enumerate(CENTRES)
    ]  # fmt: skip
    return Response(encode({"n": n, "words": WORDS, "clusters": clusters}, arrays(n)), media_type=MEDIA_TYPE)


async def text(request: Request) -> Response:
    seq = int(request.query_params["seq"])
    return JSONResponse({"id": f"id-{seq}", "text": f"Text {seq} {HOSTILE}", "address": f"/trees?node=id-{seq}"})


async def selection(request: Request) -> Response:
    seqs = np.frombuffer(await request.body(), dtype="<u4").tolist()
    KEPT.append(seqs)
    return JSONResponse({"id": f"kept-{len(KEPT)}", "n": len(seqs), "name": request.query_params["name"]})


async def kept(_request: Request) -> Response:
    return JSONResponse(KEPT)


def map_routes() -> list[Route]:
    return [
        Route("/api/map", points), Route("/api/map/text", text), Route("/api/map/kept", kept),
        Route("/api/map/selection", selection, methods=["POST"]),
    ]  # fmt: skip
