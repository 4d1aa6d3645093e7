"""What the deck asks: the next cards, what was decided, edits and ratings, and texts as they read when they are rendered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.card import Hand, Sitting
from core.domain.decision import Act, Answer, Reason, Receipt, Submission, Verdict
from core.errors import BadInput
from core.services.projects import Project
from core.services.reviewing import decisions, edits, rendered
from pages.ui import shell
from pages.ui.asked import as_json, id_of, milliseconds, posted, project_of, time_of
from pages.ui.guard import guarded

_MOST_BYTES = 512 * 1024  # of a batch
_MOST_OF_EDIT = 6 * edits.MOST_BYTES + 4_096  # a letter may be sent as six, and is counted as what it is
_MOST_DECISIONS = 200
_MOST_HAVE = 400


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """One decision as a browser sends it. What it says of time is taken as it can be, or left out."""

    trial: UUID
    act: Act
    revision: UUID | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    note: str | None = None
    score: int | None = None
    active_ms: Any = None
    decided_at: Any = None


_SENT = TypeAdapter(_Sent)


def _project(request: Request, slug: object) -> Project:
    return project_of(request, slug, "Review")


def _trials(request: Request) -> Response:
    asked = request.query_params
    most = asked.get("most", "12")
    have = [one for one in asked.get("have", "").split(",")[:_MOST_HAVE] if one]
    hand = shell.studio().desk.take(
        shell.actor_of(request),
        _project(request, asked.get("project")),
        asked.get("queue", ""),
        most=int(most) if most.isdecimal() else 12,
        have=have,
    )
    return as_json(_hand(hand))


def _hand(hand: Hand) -> dict[str, object]:
    queue = hand.sitting.queue
    named = {
        "id": queue.id,
        "name": queue.name,
        "blind": queue.blind,
        "adjudicates": queue.adjudicates,
        "asks": queue.asks,
    }
    return {"sitting": _numbers(hand.sitting), "queue": named, "cards": hand.cards}


def _numbers(sitting: Sitting) -> dict[str, object]:
    return {
        "total": sitting.total, "left": sitting.left, "arrived": sitting.arrived, "decided": sitting.decided_today,
        "pace_s": sitting.pace_s,
    }  # fmt: skip


def _arrived(request: Request, body: dict[str, Any]) -> Response:
    queue = str(body.get("queue") or "")
    actor, project = shell.actor_of(request), _project(request, body.get("project"))
    return as_json({"sitting": _numbers(shell.studio().desk.add_arrived(actor, project, queue))})


def _one(request: Request) -> Response:
    asked = request.query_params
    actor, project = shell.actor_of(request), _project(request, asked.get("project"))
    instruction = id_of(asked.get("instruction"), "item")
    return as_json(shell.studio().desk.trial_for(actor, project, instruction, asked.get("queue") or None))


def _decisions(request: Request, body: dict[str, Any]) -> Response:
    project, sent = _project(request, body.get("project")), body.get("decisions")
    if not isinstance(sent, list) or len(sent) > _MOST_DECISIONS:
        raise BadInput("This is no list of decisions", to_do=f"Send at most {_MOST_DECISIONS} at once.")
    read = [_submission(one) for one in sent]
    sound = [one for one in read if isinstance(one, Submission)]
    saved = decisions.decide(shell.studio(), shell.actor_of(request), project, sound)
    receipts = iter(saved.receipts)
    told = [next(receipts) if isinstance(one, Submission) else one for one in read]
    return as_json({"receipts": [_receipt(one) for one in told], "void": saved.void})


def _submission(sent: object) -> Submission | Receipt:
    """What was meant; or its refusal, so that one that is broken keeps no other from being saved."""
    try:
        one = _SENT.validate_python(sent)
        (one.note or "").encode("utf-8")
    except (ValidationError, UnicodeEncodeError):
        trial = sent.get("trial") if isinstance(sent, dict) else None
        return Receipt(
            trial_id=str(trial or ""), act=Act.SKIP, answer=Answer.REFUSED, why="This cannot be read as a decision."
        )
    return Submission(
        trial_id=str(one.trial), act=one.act, revision_id=str(one.revision) if one.revision else None, verdict=one.verdict,
        reason=one.reason, note=one.note, score=one.score, active_ms=milliseconds(one.active_ms), decided_at_browser=time_of(one.decided_at),
    )  # fmt: skip


def _edit(request: Request, body: dict[str, Any]) -> Response:
    actor, project, trial = (
        shell.actor_of(request),
        _project(request, body.get("project")),
        id_of(body.get("trial"), "item"),
    )
    text, revision = body.get("text"), body.get("revision")
    if not isinstance(text, str):
        raise BadInput("The edit has no text", to_do="Write something, or close the field.")
    known = id_of(revision, "text") if revision is not None else None
    return as_json(edits.edit(shell.studio(), actor, project, trial, text, revision_id=known))


def _undo_edit(request: Request, body: dict[str, Any]) -> Response:
    actor, project, trial = (
        shell.actor_of(request),
        _project(request, body.get("project")),
        id_of(body.get("trial"), "item"),
    )
    return as_json(edits.undo(shell.studio(), actor, project, trial))


def _rating(request: Request, body: dict[str, Any]) -> Response:
    actor, project, trial = (
        shell.actor_of(request),
        _project(request, body.get("project")),
        id_of(body.get("trial"), "item"),
    )
    value = body.get("value")
    edits.rate(actor, project, trial, value if isinstance(value, int) and not isinstance(value, bool) else 0)
    return as_json({"trial": trial, "value": value})


def _rendered(request: Request) -> Response:
    actor, project = shell.actor_of(request), _project(request, request.query_params.get("project"))
    revision = id_of(request.query_params.get("revision"), "text")
    return as_json({"nodes": rendered.rendered(actor, project, revision)})


def _receipt(one: Receipt) -> dict[str, object]:
    return {
        "trial": one.trial_id, "act": one.act, "answer": one.answer, "why": one.why, "status": one.status, "below": one.below,
        "spared": one.spared,
    }  # fmt: skip


def review_routes() -> list[BaseRoute]:
    return [
        Route("/api/trials", guarded(_trials)),
        Route("/api/trials/one", guarded(_one)),
        Route("/api/trials/arrived", posted(_arrived, _MOST_BYTES), methods=["POST"]),
        Route("/api/rendered", guarded(_rendered)),
        Route("/api/edits", posted(_edit, _MOST_OF_EDIT), methods=["POST"]),
        Route("/api/edits/undo", posted(_undo_edit, _MOST_BYTES), methods=["POST"]),
        Route("/api/ratings", posted(_rating, _MOST_BYTES), methods=["POST"]),
        Route("/api/decisions", posted(_decisions, _MOST_BYTES), methods=["POST"]),
    ]
