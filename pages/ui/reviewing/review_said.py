"""What became of the last decision on several items, with its undo: said once above the list."""

import streamlit as st

from core.domain.decision import Act
from core.errors import StudioError
from core.services.projects import Project
from core.services.reviewing import bulk, chosen
from core.services.reviewing.bulk import BulkLine
from core.services.reviewing.chosen import Done
from pages.ui import kit, shell
from pages.ui.reviewing.review_words import bulk_in_words
from pages.ui.words import count

_KEY = "review.said"
_WORDS = {Act.ACCEPT: "accepted", Act.REJECT: "rejected", Act.FLAG: "flagged", Act.UNDO: "taken back"}


def keep(done: Done | BulkLine | str) -> None:
    """For the next drawing of the page."""
    st.session_state[_KEY] = done


def show(project: Project) -> None:
    """The last one, until the next; a message that is only text is said once."""
    done = st.session_state.get(_KEY)
    if done is None:
        return
    if isinstance(done, str):
        st.session_state.pop(_KEY)
        kit.show("note", kit.note("error", "Not done", done), key="review.said.note")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="review_said"):
        kit.show("note", *_notes(done), key="review.said.note")
        if isinstance(done, BulkLine) and not done.undone:
            st.button("Undo", key="review.said.undo", on_click=undo_bulk, args=(project, done.id))
        elif isinstance(done, Done) and done.trials and done.act is not Act.UNDO:
            st.button("Undo", key="review.said.undo", on_click=_undo, args=(project, done))
        st.button("Close", key="review.said.close", on_click=_close)


def _notes(done: Done | BulkLine) -> list[kit.Element]:
    if isinstance(done, BulkLine):
        return [kit.note("saved", "Undone" if done.undone else "Saved", bulk_in_words(done) + ".")]
    said = f"{count(len(done.trials), 'item')} {_WORDS[done.act]}."
    return [
        kit.note("saved", "Saved", said),
        *(kit.note("error", "Not decided", why) for why in done.refused),
    ]


def undo_bulk(project: Project, bulk_id: str) -> None:
    """For a click's callback."""
    try:
        keep(bulk.undo(shell.actor(), project, bulk_id))
    except StudioError as error:
        keep(str(error))


def _undo(project: Project, done: Done) -> None:
    try:
        keep(chosen.undo(shell.studio(), shell.actor(), project, done))
    except StudioError as error:
        keep(str(error))


def _close() -> None:
    st.session_state.pop(_KEY, None)
