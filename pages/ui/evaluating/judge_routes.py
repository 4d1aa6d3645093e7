"""What the page Judge asks: the next trials, the one before, texts as they read, and what was judged. Blind, all of it."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.decision import Answer
from core.domain.judgment import JudgmentReceipt, JudgmentSent, PairVerdict, Said
from core.errors import BadInput
from core.services.evaluating import judging
from pages.ui import shell
from pages.ui.asked import as_json, id_of, milliseconds, number_of, posted, project_of, time_of
from pages.ui.guard import guarded

_PAGE = "Judge"
_MOST_BYTES = 512 * 1024  # of a batch
_MOST_JUDGMENTS = 100
_MOST_HAVE = 100
_Whole = Annotated[int, Field(strict=True)]


@dataclass(frozen=True, kw_only=True)
class _SentSaid:
    position: _Whole
    criterion: str
    rank: _Whole | None = None
    score: Annotated[float, Field(strict=True)] | None = None
    verdict: PairVerdict | None = None


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """One judgment as a browser sends it. What it says of time is taken as it can be, or left out."""

    trial: str
    number: _Whole
    said: Annotated[list[_SentSaid], Field(max_length=200)]
    note: str | None = None
    active_ms: Any = None
    decided_at: Any = None


_SENT = TypeAdapter(_Sent)


def _trials(request: Request) -> Response:
    asked = request.query_params
    hand = shell.studio().judge_desk.take(
        shell.actor_of(request),
        project_of(request, asked.get("project"), _PAGE),
        id_of(asked.get("study"), "study"),
        most=number_of(asked.get("most", ""), 6),
        have=[one for one in asked.get("have", "").split(",")[:_MOST_HAVE] if one],
    )
    return as_json(hand)


def _past(request: Request) -> Response:
    """{"trial": null} where there is none before."""
    asked = request.query_params
    actor, project = shell.actor_of(request), project_of(request, asked.get("project"), _PAGE)
    study = id_of(asked.get("study"), "study")
    return as_json({"trial": shell.studio().judge_desk.past(actor, project, study, asked.get("before") or None)})


def _rendered(request: Request) -> Response:
    asked = request.query_params
    actor, project = shell.actor_of(request), project_of(request, asked.get("project"), _PAGE)
    position = -1 if asked.get("position") == "-1" else number_of(asked.get("position", ""), 99)
    return as_json({"nodes": judging.nodes(actor, project, asked.get("trial", ""), position)})


def _judgments(request: Request, body: dict[str, Any]) -> Response:
    project, sent = project_of(request, body.get("project"), _PAGE), body.get("judgments")
    if not isinstance(sent, list) or len(sent) > _MOST_JUDGMENTS:
        raise BadInput("This is no list of judgments", to_do=f"Send at most {_MOST_JUDGMENTS} at once.")
    read = [_judgment(one) for one in sent]
    sound = [one for one in read if isinstance(one, JudgmentSent)]
    receipts = iter(judging.submit(shell.studio(), shell.actor_of(request), project, sound))
    told = [next(receipts) if isinstance(one, JudgmentSent) else one for one in read]
    return as_json({"receipts": [_receipt(one) for one in told]})


def _judgment(sent: object) -> JudgmentSent | JudgmentReceipt:
    """What was meant; or its refusal, so that one that is broken keeps no other from being saved."""
    try:
        one = _SENT.validate_python(sent)
        trial = str(UUID(one.trial)) if not one.trial.startswith("preview") else one.trial
        (one.note or "").encode("utf-8")
    except (ValidationError, UnicodeEncodeError, ValueError):
        known = sent if isinstance(sent, dict) else {}
        number = known.get("number")
        return JudgmentReceipt(
            trial_id=str(known.get("trial") or ""), number=number if isinstance(number, int) else 0,
            answer=str(Answer.REFUSED), why="This cannot be read as a judgment.",
        )  # fmt: skip
    said = tuple(
        Said(position=each.position, criterion=each.criterion, rank=each.rank, score=each.score, verdict=each.verdict)
        for each in one.said
    )
    return JudgmentSent(
        trial_id=trial, number=one.number, said=said, note=one.note or "", active_ms=milliseconds(one.active_ms),
        decided_at_browser=time_of(one.decided_at),
    )  # fmt: skip


def _receipt(one: JudgmentReceipt) -> dict[str, object]:
    return {"trial": one.trial_id, "number": one.number, "answer": one.answer, "why": one.why}


def judge_routes() -> list[BaseRoute]:
    return [
        Route("/api/judge/trials", guarded(_trials)),
        Route("/api/judge/past", guarded(_past)),
        Route("/api/judge/rendered", guarded(_rendered)),
        Route("/api/judgments", posted(_judgments, _MOST_BYTES), methods=["POST"]),
    ]
