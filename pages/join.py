"""Join: where an invitation to a study leads. It says what is asked, takes a name, and goes on to Judge."""

import streamlit as st

from core.services.evaluating.invitations import Door
from pages.ui import component, kit, people, shell
from pages.ui.kit import h


def me() -> str:
    """Who one is here already, if one is known as somebody who judges: a browser that never said so counts as the owner."""
    who = people.somebody()
    return who.name if who is not None and who.role.only_judges else ""


def welcome(door: Door, word: str) -> None:
    about = [
        h("p", {"class": "h", "dir": "auto"}, door.study.title),
        h("p", "You will see texts and say which you find better. Nothing shows who or what made them. You can stop at any time; what you submitted stays."),
    ]  # fmt: skip
    if door.study.is_pilot:
        about.append(h("p", {"class": "lab"}, "This is a trial run: it helps to see whether everything is clear."))
    kit.show("welcome", *about, key="join.about")
    component.draw("join", {"invitation": word, "invited": door.name, "me": me()}, key="join.door")


with st.container(key="join_page"):
    st.title("You are invited to judge", anchor=False)
    with shell.problems("join"):
        studio, word = shell.studio(), st.query_params.get("invitation", "")
        project = studio.open(studio.people.owner(), studio.invitations.read(word).project)
        welcome(studio.invitations.door(project, word), word)
