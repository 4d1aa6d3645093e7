"""The deck: the next items of a queue stand ready in the browser, and a key decides (components/deck)."""

from collections.abc import Callable

import streamlit as st

from core.domain.decision import Reason
from core.domain.person import Role
from pages.ui import component, kit, shell

_NOTE_MOST = 4_000  # letters


def show(*, project: str, queue: str, key: str, on_go: Callable[[], None] | None = None) -> None:
    """The deck of one queue, as high as what is left of the window. It asks pages/ui/reviewing/review_routes.py for all that it shows.

    What is decided in it goes to the studio by the outbox that every page carries (`kit.theme_watch`), never through Streamlit.
    `on_go` is called when the person wants to go elsewhere: `wanted(key)` says where.
    """
    reasons = [{"key": one.key, "value": one.value, "label": one.label, "words": one.words} for one in Reason]
    words = {
        "operations": kit.OPERATION_LABELS,
        "marks": kit.MARK_WORDS,
        "verdicts": kit.VERDICT_MARKS,
        "reasons": reasons,
        "note_most": _NOTE_MOST,
    }
    actor = shell.actor()
    where = {"project": project, "queue": queue, "person": actor.person_id, "grows": actor.role is not Role.ANNOTATOR}
    component.draw("deck", where | {"words": words}, key=key, go=on_go)


def wanted(key: str) -> str:
    """Where the person wants to go from the deck: "list" (the same queue as a list) or "queues"; for the callback of `show`."""
    return str(st.session_state[key]["go"])


def saving() -> None:
    """At the frame's foot, on every page: whether what was decided in this browser is saved."""
    component.draw("saving", {}, key="frame.saving")
