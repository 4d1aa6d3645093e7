"""Everything that a filter means, at once: count and sample first, one decision, one undo."""

import streamlit as st

from core.domain.decision import Reason, Verdict
from core.domain.instruction import HumanStatus
from core.domain.queue import QueueFilter
from core.services.projects import Project
from core.services.reviewing import bulk
from core.services.reviewing.bulk import Preview
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import review_said
from pages.ui.words import count

_ACTS = {Verdict.REJECT: "Reject", Verdict.ACCEPT: "Accept"}


def offer(project: Project, wanted: QueueFilter, total: int) -> None:
    """The button that opens it."""
    if st.button(f"All {total:,} …", key="review.all"):
        _dialog(project, wanted)


@st.dialog("Everything that matches", width="large")
def _dialog(project: Project, wanted: QueueFilter) -> None:
    with shell.problems("review.bulk"):
        seen = _seen(project, wanted)
        verdict = st.segmented_control(
            "What", list(_ACTS), default=Verdict.REJECT, format_func=_ACTS.__getitem__, key="review.bulk.verdict",
            label_visibility="collapsed", required=True,
        ) or Verdict.REJECT  # fmt: skip
        reason = None
        if verdict is Verdict.REJECT:
            reason = st.selectbox(
                "Why", list(Reason), index=None, format_func=lambda one: one.words, key="review.bulk.reason",
                placeholder="no reason given",
            )  # fmt: skip
        note = st.text_input("Note", key="review.bulk.note", max_chars=400, placeholder="none")
        kit.show("bulk", *_words(seen, verdict), key="review.bulk.words")
        _confirm(project, seen, verdict, reason, note)


def _seen(project: Project, wanted: QueueFilter) -> Preview:
    """What was looked at stays what is decided, until somebody looks again."""
    seen = st.session_state.get("review.bulk.seen")
    if not isinstance(seen, Preview) or seen.wanted != wanted:
        seen = st.session_state["review.bulk.seen"] = bulk.preview(shell.actor(), project, wanted)
    return seen


def _words(seen: Preview, verdict: Verdict) -> list[kit.Child]:
    ask = f"{_ACTS[verdict]} {count(seen.total, 'item')}? One undo brings all of them back."
    decided = [
        f"{seen.by_status[one]:,} {kit.MARK_WORDS[one].lower()}" for one in HumanStatus if seen.by_status.get(one)
    ]
    few = f"{len(seen.sample)} of them, drawn by chance" if seen.total > len(seen.sample) else "All of them"
    return [
        h("p", h("b", ask)),
        h("p", {"class": "lab"}, "Now: " + ", ".join(decided) + "."),
        h("p", {"class": "lab"}, few),
        h("div", {"class": "sample"}, (kit.read(item.text[:400], "one") for item in seen.sample)),
    ]


def _confirm(project: Project, seen: Preview, verdict: Verdict, reason: Reason | None, note: str) -> None:
    yes, again = st.columns(2)
    if again.button("Look again", key="review.bulk.again", width="stretch"):
        st.session_state.pop("review.bulk.seen", None)
        st.rerun(scope="fragment")
    words = f"{_ACTS[verdict]} {seen.total:,}"
    if yes.button(words, key="review.bulk.yes", type="primary", width="stretch", disabled=not seen.total):
        done = bulk.decide(shell.actor(), project, seen, verdict, reason, note)
        st.session_state.pop("review.bulk.seen", None)
        review_said.keep(done)
        st.rerun()
