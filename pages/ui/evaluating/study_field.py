"""Fields of a study's design: each is saved as it is left, so that no step of the page can lose what was written in another."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import streamlit as st

from core.domain.study_now import StudyNow
from core.errors import StudioError
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell

_PROBLEM = "studies.problem"


class Bound(TypedDict):
    """What a widget takes to stand for one field."""

    key: str
    on_change: Callable[..., None]
    args: tuple[object, ...]
    disabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """The fields of one study; none can be changed once it is no draft any more."""

    project: Project
    study: StudyNow

    def bind(self, name: str, meant: Callable[..., object] = lambda said: said) -> Bound:
        """For a widget of the field `name`; `meant` makes its value the field's."""
        key = f"studies.{self.study.id}.{name}"
        return Bound(key=key, on_change=self.keep, args=(name, key, meant), disabled=not self.study.may_be_edited)

    def keep(self, name: str, key: str, meant: Callable[..., object]) -> None:
        """What the widget says now becomes the field's value."""
        self.save(**{name: meant(st.session_state[key])})

    def save(self, **changed: Any) -> None:
        """Save the newest design with these fields changed; a refusal is said on the page that follows."""
        st.session_state.pop(_PROBLEM, None)
        try:
            now = studies.one(shell.actor(), self.project, self.study.id).design
            studies.save_design(shell.actor(), self.project, self.study.id, replace(now, **changed))
        except StudioError as error:
            st.session_state[_PROBLEM] = (error.what, error.to_do)


def share(said: float) -> float:
    """A slider's percent as a share."""
    return said / 100


def say_problem() -> None:
    """Why the last change was not kept, if it was not."""
    said = st.session_state.pop(_PROBLEM, None)
    if said is not None:
        kit.show("problem", kit.note("error", "Not kept", *said[0], " ", said[1]), key="studies.problem.words")
