"""Joining a study by its link: the browser is told who it is, and where to judge."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import BadInput
from pages.ui import shell
from pages.ui.people_routes import become, small


def _joined(request: Request, raw: bytes) -> Response:
    try:
        asked = json.loads(raw)
        word, name, as_me = str(asked.get("invitation", "")), str(asked.get("name", "")), asked.get("as_me") is True
    except (ValueError, AttributeError):
        raise BadInput("This is no answer to an invitation", to_do="Open the link again.") from None
    studio = shell.studio()
    said = studio.invitations.read(word)
    project = studio.open(studio.people.owner(), said.project)
    already = shell.actor_of(request) if as_me else None
    who = studio.invitations.join(project, word, name=name, already=already)
    answer = JSONResponse({"project": project.slug, "study": said.study_id}, headers={"Cache-Control": "no-store"})
    return become(answer, studio.people.choose(who.person_id))


def join_routes() -> list[Route]:
    return [Route("/api/join", small(_joined), methods=["POST"])]
