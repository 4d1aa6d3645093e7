"""Argilla: queues and studies that people answer there."""

from core.services.projects import Project
from pages.ui import kit
from pages.ui.kit import h


def show(project: Project) -> None:
    words = f"Nothing of {project.name} stands in Argilla. People review here, on the page Review."
    kit.show("empty", h("p", words), key="data.argilla.empty")
