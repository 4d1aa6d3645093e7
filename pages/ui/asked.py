"""What our own routes have in common: JSON in and out, the project and the ids that a request names."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from core.errors import BadInput, NotFound
from core.services.projects import Project
from pages.ui import shell
from pages.ui.guard import guarded, said

_NO_STORE = {"Cache-Control": "no-store"}
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)
_TIME = TypeAdapter(datetime)


def as_json(value: object) -> Response:
    return Response(_ANYTHING.dump_json(value), media_type="application/json", headers=_NO_STORE)


def project_of(request: Request, slug: object, page: str) -> Project:
    """BadInput if the request names none."""
    if not isinstance(slug, str) or not slug:
        raise BadInput("The request names no project", to_do=f"Open the page {page} again.")
    return shell.open_project(slug, shell.actor_of(request))


def id_of(value: object, noun: str) -> str:
    """NotFound for what can be no id."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise NotFound(f"This project has no such {noun}", to_do="Go on with the next one.") from None


def number_of(text: str, usual: int) -> int:
    """A whole number of an address that may be anything."""
    return int(text) if text.isdecimal() and len(text) < 10 else usual


def milliseconds(value: object) -> int | None:
    """At most an hour, at least nothing; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return None
    return int(max(0, min(value, 3_600_000)))


def time_of(value: object) -> datetime | None:
    try:
        time = _TIME.validate_python(value)
    except ValidationError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def posted(answer: Callable[[Request, dict[str, Any]], Response], most_bytes: int) -> Callable[[Request], Any]:
    """A route that takes JSON of at most so many bytes."""

    async def handler(request: Request) -> Response:
        raw = bytearray()
        async for part in request.stream():
            raw += part
            if len(raw) > most_bytes:
                return said(BadInput(f"This is more than {most_bytes // 1024:,} kB", to_do="Send less at once."))
        return await guarded(lambda asked: answer(asked, _object(bytes(raw))))(request)

    return handler


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadInput("This request cannot be read", to_do="Reload the page.")
    return body
