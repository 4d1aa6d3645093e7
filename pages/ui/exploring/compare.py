"""The view Compare of the page Explore."""

from core.domain.explore import Scope
from core.services.projects import Project
from pages.ui import kit
from pages.ui.kit import h


def show(project: Project, scope: Scope) -> None:
    """Draw it for this scope."""
    words = f"There is nothing to show of “{scope.title}” in this view yet."
    kit.show("empty", h("p", words), key=f"explore.compare.empty.{project.slug}")
