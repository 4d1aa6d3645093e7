"""The links by which raters come to a study."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.domain.study_now import StudyNow
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h

_MOST_SHOWN = 50


def card(project: Project, study: StudyNow, people: Mapping[str, str]) -> None:
    """One link for everybody, or one for each person who was chosen; `people` are their names, by id."""
    named = [id_ for id_ in study.design.people if id_ in people]
    if not study.design.people:
        kit.show("hint", h("div", {"class": "lab"}, "The link"), key="studies.link.about")
        st.code(_link(project, study, ""), language=None)
    elif named:
        with st.expander("A link for each of them", key="studies.links"):
            about = "Each leads that person alone into this study. Send it to nobody else."
            kit.show("hint", h("p", {"class": "lab"}, about), key="studies.links.about")
            for id_ in named[:_MOST_SHOWN]:
                kit.show("hint", h("div", {"class": "lab"}, people[id_]), key=f"studies.link.{id_}")
                with shell.problems(f"studies.link.{id_}.problem"):  # whoever may do more than judge gets no link
                    st.code(_link(project, study, id_), language=None)
    opens = "It works as soon as the study is open, or its pilot." if not study.takes_judgments else "It works now."
    where = "It leads to this computer: raters use a browser here, or a tunnel that you set up."
    kit.show("hint", h("p", {"class": "lab"}, f"{opens} {where}"), key="studies.link.when")


def _link(project: Project, study: StudyNow, person_id: str) -> str:
    word = shell.studio().invitations.invite(shell.actor(), project, study.id, person_id)
    here = urlsplit(st.context.url or "http://127.0.0.1:8501")
    return f"{here.scheme}://{here.netloc}/join?{urlencode({'invitation': word})}"
