"""What leaves a study by the browser: its report, the study itself, its preferences. Made when the link is followed."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.domain.person import Actor
from core.domain.study import OVERALL
from core.errors import BadInput
from core.services.evaluating import report, study_files, study_making, study_pairs
from core.services.evaluating.results import Selection
from core.services.projects import Project
from pages.ui import shell
from pages.ui.guard import guarded

_PATH = "/api/study-file"
_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
Made = tuple[str, str, bytes]  # the file's name, its media type, what is in it


def address(project: str, study: str, form: str) -> str:
    """The link that downloads it; `form` is html, markdown, study or pairs."""
    return f"{_PATH}?{urlencode({'project': project, 'study': study, 'form': form})}"


def _file(request: Request) -> Response:
    asked = request.query_params
    make = _FORMS.get(asked.get("form", ""))
    if make is None:
        raise BadInput("There is no such form", to_do="Choose one on the page Results.")
    actor = shell.actor_of(request)
    project = shell.open_project(asked.get("project", ""), actor)
    study = study_making.one(actor, project, asked.get("study", ""))
    name, media_type, content = make(actor, project, study.id)
    headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _html(actor: Actor, project: Project, study_id: str) -> Made:
    made = report.of_study(actor, project, shell.studio().results, study_id)
    return f"{made.name}.html", "text/html; charset=utf-8", made.html.encode("utf-8")


def _markdown(actor: Actor, project: Project, study_id: str) -> Made:
    made = report.of_study(actor, project, shell.studio().results, study_id)
    return f"{made.name}.md", "text/markdown; charset=utf-8", made.markdown.encode("utf-8")


def _study(actor: Actor, project: Project, study_id: str) -> Made:
    taken = study_files.export(actor, project, study_id)
    return taken.name, "application/x-ndjson", b"".join(taken.lines)


def _pairs(actor: Actor, project: Project, study_id: str) -> Made:
    opened = shell.studio().results.open(actor, project, study_id)
    if not opened.judges:
        raise BadInput("Nobody has judged anything in this study", to_do="There are no preferences to take along.")
    by = Selection(by=opened.judges[0], criterion=opened.criteria[0].key if opened.criteria else OVERALL)
    found = study_pairs.pairs(actor, project, opened, by)
    return "pairs.jsonl", "application/x-ndjson", b"".join(found.lines)


_FORMS: Mapping[str, Callable[[Actor, Project, str], Made]] = {
    "html": _html,
    "markdown": _markdown,
    "study": _study,
    "pairs": _pairs,
}


def report_routes() -> list[BaseRoute]:
    return [Route(_PATH, guarded(_file))]
