"""The judge: the next trials of a study stand ready in the browser, blind, and keys judge them (components/judge)."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from core.domain.judgment import BlindStudy, BlindTrial
from core.services.reviewing import rendered
from pages.ui import component, shell


def show(*, project: str, study: str, several: bool, key: str, on_go: Callable[[], None]) -> None:
    """The trials of one person in one study, as high as what is left of the window. They come by pages/ui/evaluating/judge_routes.py.

    What is said goes to the studio by the outbox that every page carries, never through Streamlit. `on_go` is called when the
    person wants to see the list of studies, which is offered if there are `several`.
    """
    where = {"project": project, "study": study, "person": shell.actor().person_id, "several": several}
    component.draw("judge", where, key=key, go=on_go)


def preview(study: BlindStudy, trials: Sequence[BlindTrial], *, key: str) -> None:
    """The same for whoever makes a study: these trials as an annotator would see them. Nothing is saved."""
    nodes = {one.trial: [rendered.nodes_of(text) for text in (one.prompt, *one.texts)] for one in trials}
    given = {"study": asdict(study), "trials": [asdict(one) for one in trials], "rendered": nodes}
    data = {"project": "", "study": study.id, "person": "", "several": False, "preview": given}
    component.draw("judge", data, key=key, go=None)
