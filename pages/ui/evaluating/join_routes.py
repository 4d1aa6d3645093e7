"""Joining a study by its link: the browser is told who it is, and where to judge."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.domain.account import Way
from core.errors import BadInput
from pages.ui import shell
from pages.ui.people_routes import become, small
from pages.ui.signing.entering import entered, visitor


def _joined(request: Request, raw: bytes) -> Response:
    try:
        asked = json.loads(raw)
        word, name, as_me = str(asked.get("invitation", "")), str(asked.get("name", "")), asked.get("as_me") is True
    except (ValueError, AttributeError):
        raise BadInput("This is no answer to an invitation", to_do="Open the link again.") from None
    studio = shell.studio()
    if studio.door.asks:
        studio.door.throttle.admit(visitor(request).address)
    said = studio.invitations.read(word)
    project = studio.open(studio.people.owner(), said.project)
    studio.door.require_link_suffices(said.person_id, request.cookies)
    already = shell.actor_of(request) if as_me else None
    who = studio.invitations.join(project, word, name=name, already=already)
    return _as(request, who.person_id, {"project": project.slug, "study": said.study_id})


def _as(request: Request, person_id: str, about: dict[str, str]) -> Response:
    """From now on the browser is this person; with sign-in it has a session of theirs, if it has none yet."""
    door, people = shell.studio().door, shell.studio().people
    answer = JSONResponse(about, headers={"Cache-Control": "no-store"})
    if not door.asks:
        return become(answer, people.choose(person_id))
    session, person = door.session_of(request.cookies), people.known(person_id)
    if person is None or (session is not None and session.person_id == person_id):
        return answer
    return entered(request, door.enter(person, Way.STUDY_LINK, visitor(request)), Way.STUDY_LINK, **about)


def join_routes() -> list[Route]:
    return [Route("/api/join", small(_joined), methods=["POST"])]
