"""Signing in and out, following a link, and the log of who did what as a file."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.domain.account import Way
from core.errors import BadInput, NotFound
from core.services.signing import log
from pages.ui import shell
from pages.ui.asked import as_json, posted
from pages.ui.guard import guarded
from pages.ui.signing.entering import entered, left, visitor

LOG = "/api/people/log"
_MOST_BYTES = 4_096
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}


def _sign_in(request: Request, asked: dict[str, Any]) -> Response:
    """By `name` and `password`; or by a `ticket` of what a provider said, with the `link` that is followed so."""
    studio, whence = shell.studio(), visitor(request)
    ticket, link, name = (_text(asked, key) for key in ("ticket", "link", "name"))
    if not ticket:
        return entered(request, studio.door.by_password(name, _text(asked, "password"), whence), Way.PASSWORD)
    studio.door.throttle.admit(whence.address)
    identity = studio.door.identity_of(ticket)
    if link:
        word = studio.letting_in.accept_as(link, name, identity, whence)
    else:
        word = studio.door.by_provider_word(identity, whence)
    return entered(request, word, Way.PROVIDER)


def _sign_out(request: Request, _: dict[str, Any]) -> Response:
    return left(request)


def _look(request: Request, asked: dict[str, Any]) -> Response:
    """What a link offers."""
    offer = shell.studio().letting_in.look(_text(asked, "link"), visitor(request))
    return as_json({"kind": offer.kind, "role": offer.role, "about": offer.role.words, "name": offer.name})


def _accept(request: Request, asked: dict[str, Any]) -> Response:
    link, name, password = (_text(asked, key) for key in ("link", "name", "password"))
    return entered(request, shell.studio().letting_in.accept(link, name, password, visitor(request)), Way.PASSWORD)


def _log(request: Request) -> Response:
    kind = request.path_params["kind"]
    who = shell.actor_of(request)
    if kind not in _TYPES:
        raise NotFound("There is no such file", to_do="It is csv or jsonl.")
    name = f"who-did-what-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    about = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(log.written(shell.studio(), who, kind), media_type=_TYPES[kind], headers=about)


def _text(asked: dict[str, Any], key: str) -> str:
    said = asked.get(key, "")
    if not isinstance(said, str) or any("\ud800" <= one <= "\udfff" for one in said):  # half a letter is none
        raise BadInput("This request cannot be read", to_do="Reload the page.")
    return said


def signing_routes() -> list[Route]:
    return [
        Route("/api/session", posted(_sign_in, _MOST_BYTES), methods=["POST"]),
        Route("/api/session/end", posted(_sign_out, _MOST_BYTES), methods=["POST"]),
        Route("/api/link", posted(_look, _MOST_BYTES), methods=["POST"]),
        Route("/api/link/accept", posted(_accept, _MOST_BYTES), methods=["POST"]),
        Route(LOG + "/{kind}", guarded(_log)),
    ]
