"""The routes that the tree asks, with made-up answers: seed "bees" is small, "big" has 2,000 nodes."""

import functools

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

OPERATIONS = ("add_constraints", "deepen", "concretize", "increase_reasoning", "complicate_input", "mutate")
SEEDS = {"bees": "Describe how bees communicate.", "big": "Name three uses for baking soda."} | {
    f"s{i}": f"Seed number {i}" for i in range(250)
}
GROWN: list[dict[str, object]] = []


def node(name: str, parent: str | None, operation: str, status: str, text: str, epoch: int) -> dict[str, object]:
    return {
        "id": name, "parent": parent, "operation": operation, "text": text[:160], "status": status,
        "human": "undecided", "set_aside": False, "epoch": epoch, "depth": epoch, "number": 0,
        "words_added": epoch * 3 or None, "rule": "No information gain" if status == "eliminated" else None,
    }  # fmt: skip


BEES = (
    node("bees", None, "seed", "seed", SEEDS["bees"], 0),
    node("bees-a", "bees", "add_constraints", "survived", "Describe in 150 words how bees communicate.", 1),
    node("bees-b", "bees", "deepen", "survived", "Describe how bees communicate, and why they dance.", 1),
    node("bees-c", "bees-a", "concretize", "survived", "<b>Describe</b> in 150 words how bees in Malta dance.", 2),
    node("bees-d", "bees-b", "mutate", "eliminated", "Describe how bees talk.", 2),
    node("bees-e", "bees-b", "mutate", "waiting", "", 2),
)


@functools.cache
def big() -> tuple[dict[str, object], ...]:
    """2,000 nodes: every node has six children, breadth first."""
    nodes = [node("big", None, "seed", "seed", SEEDS["big"], 0)]
    for i in range(1, 2000):
        parent = nodes[(i - 1) // 6]
        nodes.append(node(f"big-{i}", str(parent["id"]), OPERATIONS[i % 6], "survived", f"Use number {i}", 1))
    return tuple(nodes)


def nodes_of(seed: str) -> list[dict[str, object]]:
    if seed == "big":
        return list(big())
    return [*BEES, *GROWN] if seed == "bees" else [node(seed, None, "seed", "seed", SEEDS[seed], 0)]


async def seeds(request: Request) -> Response:
    asked = request.query_params
    found = [(name, text) for name, text in SEEDS.items() if asked.get("find", "").lower() in text.lower()]
    start = int(asked.get("after", "0"))
    rows = [
        {"id": name, "text": text, "nodes": 6, "survived": 3, "eliminated": 1, "open": 1}
        for name, text in found[start : start + 100]
    ]
    return JSONResponse(
        {"total": len(found), "next": str(start + 100) if start + 100 < len(found) else None, "seeds": rows}
    )


async def tree(request: Request) -> Response:
    seed = request.query_params["seed"]
    if seed not in SEEDS:
        return JSONResponse(
            {"what": "This run has no such seed.", "to_do": "Choose one from the list."}, status_code=404
        )
    return JSONResponse({"seed": seed, "version": len(GROWN), "nodes": nodes_of(seed)})


async def grow(_request: Request) -> Response:
    GROWN.append(node(f"bees-g{len(GROWN)}", "bees-c", "deepen", "survived", "Grown just now.", 3))
    return JSONResponse({})


async def detail(request: Request) -> Response:
    name = request.query_params["id"]
    seed = name.split("-")[0]
    found = {str(one["id"]): one for one in nodes_of(seed)}[name]
    why = {"title": "Eliminated: no information gain", "detail": "P(not equal) 0.11, cut 0.30."}
    return JSONResponse({
        **found, "seed": seed, "operation_label": "", "words": 5, "parent_text": "Before", "rewritten": False,
        "why": why if found["status"] == "eliminated" else None,
        "diff": [["=", "Describe "], ["-", "old"], ["+", "new"]] if found["parent"] else None,
        "response": "Bees dance." * 50, "numbers": [["Difficulty", "2.9"]],
        "checks": [{"rule": "refusal", "label": "Refusal", "verdict": "pass", "value": "none", "evidence": "-"}],
        "calls": [{
            "kind": "evolve", "system": "scripted", "started_at": "2026-11-22T13:41:05Z", "latency_ms": 12,
            "tokens_in": 3, "tokens_out": 4, "cost_usd": None, "finish_reason": "stop", "error": None,
            "parameters": "{}", "reply": "raw reply", "messages": [{"role": "user", "content": "exact <b>request</b>"}],
        }],
        "path": [{**found, "operation_label": "", "diff": None}],
    })  # fmt: skip


def answer_routes() -> list[Route]:
    return [
        Route("/api/seeds", seeds), Route("/api/tree", tree), Route("/api/node", detail), Route("/api/grow", grow),
    ]  # fmt: skip
