"""What the deck and the list of unanswered items ask: an estimate of one answer, the answer itself, and all of them."""

import json
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.answering import Answered
from core.errors import BadInput, NotFound
from core.services.projects import Project
from pages.ui import shell
from pages.ui.guard import guarded, said

_MOST_BYTES = 4 * 1024
_NO_STORE = {"Cache-Control": "no-store"}
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def _json(value: object) -> Response:
    return Response(_ANYTHING.dump_json(value), media_type="application/json", headers=_NO_STORE)


def _answer(request: Request, body: dict[str, Any]) -> Response:
    """{"project", "instruction", "confirm"}: without `confirm` what it would take, with it the new answer."""
    actor, project = shell.actor_of(request), _project(request, body)
    try:
        instruction = str(UUID(str(body.get("instruction"))))
    except ValueError:
        raise NotFound("This project has no such instruction", to_do="Go on with the next one.") from None
    if body.get("confirm") is not True:
        return _json({"estimate": shell.studio().answers.offer(actor, project, instruction)})
    return _json(_told(shell.studio().answers.answer(actor, project, instruction)))


def _told(answered: Answered) -> dict[str, object]:
    response = None
    if answered.revision is not None:
        response = {
            "revision": answered.revision, "text": answered.text, "words": answered.words, "stale": answered.stale,
        }  # fmt: skip
    return {
        "response": response, "problem": answered.problem, "tokens_in": answered.tokens_in,
        "tokens_out": answered.tokens_out, "cost_usd": answered.cost_usd, "latency_ms": answered.latency_ms,
    }  # fmt: skip


def _project(request: Request, body: dict[str, Any]) -> Project:
    slug = body.get("project")
    if not isinstance(slug, str) or not slug:
        raise BadInput("The request names no project", to_do="Open the page Review again.")
    return shell.open_project(slug, shell.actor_of(request))


async def _posted(request: Request) -> Response:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > _MOST_BYTES:
            return said(BadInput("This request is too long", to_do="Reload the page."))
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return said(BadInput("This request cannot be read", to_do="Reload the page."))
    return await guarded(lambda asked: _answer(asked, body))(request)


def answer_routes() -> list[BaseRoute]:
    return [Route("/api/answers", _posted, methods=["POST"])]
