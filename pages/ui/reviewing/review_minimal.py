"""One item and plain buttons: for a browser in which our components do not run. No part of it needs one."""

from dataclasses import dataclass

import streamlit as st

from core.domain.card import Card, Hand
from core.domain.decision import Act, Answer, Reason, Submission
from core.domain.queue import Asks
from core.errors import StudioError
from core.services.projects import Project
from core.services.reviewing import decisions
from pages.ui import shell

_SAID = "review.minimal.said"
_PASSED = "review.minimal.passed"
_HEIGHT = 210
_WORDS = {
    Act.ACCEPT: "Saved: accepted.",
    Act.REJECT: "Saved: rejected.",
    Act.SKIP: "Saved: skipped.",
    Act.UNDO: "Undone.",
    Act.SCORE: "Saved.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Drawn:
    """What the page was drawn with: a click means this, whatever comes next."""

    trial: str
    revision: str


def body(project: Project, queue_id: str) -> None:
    passed: list[str] = st.session_state.setdefault(_PASSED, [])
    hand = shell.studio().desk.take(shell.actor(), project, queue_id, 1, passed)
    _said(project)
    if not hand.cards:
        _end(hand, passed)
        return
    card = hand.cards[0]
    drawn = _Drawn(trial=card.trial, revision=card.revision)
    (_scale if hand.sitting.queue.asks is Asks.DIFFICULTY else _buttons)(project, drawn)
    _card(hand, card)


def _card(hand: Hand, card: Card) -> None:
    about = [card.operation_label, f"epoch {card.epoch}" if card.epoch else "", f"{card.words:,} words"]
    st.text(" · ".join([f"{hand.sitting.left:,} left", *filter(None, about)]))
    parent, instruction = st.columns(2) if card.parent_text is not None else (None, st.container())
    if parent is not None:
        _text(parent, "Its parent", card.parent_text or "")
    _text(instruction, "The instruction", card.text)
    if card.response is not None:
        _text(st.container(), "Response" + (", to an earlier text" if card.response.stale else ""), card.response.text)


def _text(place: st.delta_generator.DeltaGenerator, title: str, text: str) -> None:
    """Material as plain text: nothing in it is Markdown or HTML."""
    place.text(title)
    place.code(text, language=None, wrap_lines=True, height=_HEIGHT)


def _buttons(project: Project, drawn: _Drawn) -> None:
    """Their keys name the trial, so a second click can never mean the item that comes next."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="review_minimal_bar"):
        for act, word in ((Act.ACCEPT, "Accept"), (Act.REJECT, "Reject")):
            st.button(
                word, type="primary" if act is Act.ACCEPT else "secondary", key=f"review.minimal.{word}.{drawn.trial}",
                on_click=_decide, args=(project, drawn, act),
            )  # fmt: skip
        st.selectbox(
            "Why it is rejected", list(Reason), index=None, format_func=lambda one: one.words, width=340,
            key=f"review.minimal.reason.{drawn.trial}", placeholder="no reason",
        )  # fmt: skip
        _leave(project, drawn)


def _scale(project: Project, drawn: _Drawn) -> None:
    """The same for a queue that asks how difficult an instruction is."""
    st.text("How difficult is it to answer this well? 1: anybody, at once. 10: an expert, at length.")
    with st.container(horizontal=True, key="review_minimal_scale"):
        for score in range(1, 11):
            key = f"review.minimal.{score}.{drawn.trial}"
            st.button(str(score), key=key, on_click=_decide, args=(project, drawn, Act.SCORE, score))
        _leave(project, drawn)


def _leave(project: Project, drawn: _Drawn) -> None:
    st.button("Skip", key=f"review.minimal.Skip.{drawn.trial}", on_click=_decide, args=(project, drawn, Act.SKIP))
    st.button("Next", key=f"review.minimal.Next.{drawn.trial}", on_click=_pass, args=(drawn,))


def _decide(project: Project, drawn: _Drawn, act: Act, score: int | None = None) -> None:
    """For a click's callback: on the trial that was drawn."""
    reason = st.session_state.get(f"review.minimal.reason.{drawn.trial}") if act is Act.REJECT else None
    one = Submission(
        trial_id=drawn.trial,
        act=act,
        revision_id=None if act is Act.UNDO else drawn.revision,
        reason=reason,
        score=score,
    )
    try:
        (receipt,) = decisions.decide(shell.studio(), shell.actor(), project, [one]).receipts
    except StudioError as error:
        st.session_state[_SAID] = (str(error), None)
        return
    if receipt.answer is Answer.REFUSED:
        st.session_state[_SAID] = (f"Not saved. {receipt.why}", None)
    else:
        st.session_state[_SAID] = (_WORDS[act], drawn if act is not Act.UNDO else None)


def _pass(drawn: _Drawn) -> None:
    """Look at the next one; this one stays reserved and comes again."""
    st.session_state.setdefault(_PASSED, []).append(drawn.trial)


def _said(project: Project) -> None:
    words, drawn = st.session_state.pop(_SAID, ("", None))
    if not words:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="review_minimal_said"):
        st.text(words)
        if drawn is not None:
            st.button(
                "Undo", key=f"review.minimal.Undo.{drawn.trial}", on_click=_decide, args=(project, drawn, Act.UNDO)
            )


def _end(hand: Hand, passed: list[str]) -> None:
    if passed:
        st.text(f"You passed {len(passed):,} over.")
        st.button("Look at them again", type="primary", key="review.minimal.again", on_click=passed.clear)
        return
    st.text(f"That was the last one. {hand.sitting.decided_today:,} decided today.")
