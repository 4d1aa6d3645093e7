"""What the deck and the list of unanswered items ask: an estimate of one answer, and the answer itself."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.answering import Answered
from pages.ui import shell
from pages.ui.asked import as_json, id_of, posted, project_of

_MOST_BYTES = 4 * 1024


def _answer(request: Request, body: dict[str, Any]) -> Response:
    """{"project", "instruction", "confirm"}: without `confirm` what it would take, with it the new answer."""
    actor, project = shell.actor_of(request), project_of(request, body.get("project"), "Review")
    instruction = id_of(body.get("instruction"), "instruction")
    if body.get("confirm") is not True:
        return as_json({"estimate": shell.studio().answers.offer(actor, project, instruction)})
    return as_json(_told(shell.studio().answers.answer(actor, project, instruction)))


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


def answer_routes() -> list[BaseRoute]:
    return [Route("/api/answers", posted(_answer, _MOST_BYTES), methods=["POST"])]
