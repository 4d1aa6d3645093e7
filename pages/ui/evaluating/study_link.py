"""The links by which raters come to a study, and calling one back."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h

_MOST_SHOWN = 50


def card(project: Project, study: StudyNow, people: Mapping[str, str]) -> None:
    """One link for everybody, or one for each person who was chosen; `people` are their names, by id."""
    named = [id_ for id_ in study.design.people if id_ in people]
    if not study.design.people:
        kit.show("hint", h("div", {"class": "lab"}, "The link that raters follow"), key="studies.link.about")
        _one(project, study, "", "everybody")
    elif named:
        with st.expander("A link for each of them", key="studies.links"):
            about = "Each leads that person alone into this study. Send it to nobody else."
            kit.show("hint", h("p", {"class": "lab"}, about), key="studies.links.about")
            for id_ in named[:_MOST_SHOWN]:
                kit.show("hint", h("div", {"class": "lab"}, people[id_]), key=f"studies.link.{id_}")
                with shell.problems(f"studies.link.{id_}.problem"):  # whoever may do more than judge gets no link
                    _one(project, study, id_, people[id_])
    opens = "It works as soon as the study is open, or its pilot." if not study.takes_judgments else "It works now."
    alone = "It leads to this computer: raters use a browser here, or a tunnel that you set up."
    where = (
        "It needs no account. Who is named and may do more than judge signs in first."
        if shell.studio().door.asks
        else alone
    )
    kit.show("hint", h("p", {"class": "lab"}, f"{opens} {where}"), key="studies.link.when")


def _one(project: Project, study: StudyNow, person_id: str, whose: str) -> None:
    """A link to copy, and what calls it back."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"studies_link_{person_id}"):
        st.code(_link(project, study, person_id), language=None, width="stretch")
        if study.state is not StudyState.CLOSED and st.button("Call back…", key=f"studies.link.back.{person_id}"):
            _call_back(project, study, person_id, whose)


@st.dialog("Call this link back")
def _call_back(project: Project, study: StudyNow, person_id: str, whose: str) -> None:
    with shell.problems("studies.link.back"):
        words = f"The link of {whose}" if person_id else "The link"
        about = (
            f"{words} then leads nowhere, whoever has it, and another one stands in its place. Who has followed it already goes on judging:"
            " if that should end, say that they have left, or leave them out of the results."
        )
        kit.show("stop", h("p", about), key="studies.link.back.words")
        reason = st.text_input(
            "Why (if you like)",
            key="studies.link.back.reason",
            max_chars=300,
            placeholder="It was posted in a public channel",
        )
        if st.button("Call it back", type="primary", key="studies.link.back.go"):
            studies.call_link_back(shell.actor(), project, study.id, person_id, reason)
            st.rerun()


def _link(project: Project, study: StudyNow, person_id: str) -> str:
    word = shell.studio().invitations.invite(shell.actor(), project, study.id, person_id)
    here = urlsplit(st.context.url or "http://127.0.0.1:8501")
    return f"{here.scheme}://{here.netloc}/join?{urlencode({'invitation': word})}"
