"""The whole project as one file."""

from urllib.parse import urlencode

from core.services.projects import Project
from pages.ui import kit
from pages.ui.exchanging.bundle_routes import PATH
from pages.ui.kit import h


def card(project: Project) -> None:
    words = (
        "Everything in one file: texts, calls, decisions with people's names, studies, maps. No keys and no model's weights."
        " Bring it in here or elsewhere, and it is a project again."
    )
    href = f"{PATH}?{urlencode({'project': project.slug})}"
    kit.show(
        "way",
        h("div", {"class": "h"}, "The whole project"),
        h("div", {"class": "n"}, words),
        h("p", h("a", {"class": "bt", "href": href}, "Take all of it out")),
        key="data.whole.card",
    )
