"""Somebody is removed: what stays, what ends, and who gets what they have in front of them."""

import streamlit as st

from core.domain.person import Person, Role
from core.services.signing import removal
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count


@st.dialog("Remove")
def leaving(person: Person) -> None:
    with shell.problems("people.leaving"):
        studio, who = shell.studio(), shell.actor()
        held = removal.reserved(studio, who, person.id)
        kit.show(
            "stop",
            h("p", h("b", person.name), " is signed out at once and cannot come back by themselves. Everything they did stays, under their name."),
            *(h("p", {"class": "lab"}, _held(one)) for one in held),
            key="people.leaving.about",
        )  # fmt: skip
        heirs = {one.id: one.name for one in studio.people.list(who) if _may_follow(one, person)}
        heir = ""
        if any(one.items for one in held):
            heir = st.selectbox(
                "Who gets the items first",
                ["", *heirs],
                format_func=lambda id_: heirs.get(id_, "Back to their queues, for everybody"),
                key="people.leaving.heir",
            )
        yes, no = st.columns(2)
        if yes.button("Remove them", key="people.leaving.go", width="stretch"):
            removal.remove(studio, who, person.id, heir)
            st.rerun()
        if no.button("Keep them", type="primary", key="people.leaving.no", width="stretch"):
            st.rerun()


def _may_follow(one: Person, person: Person) -> bool:
    return one.active and one.id != person.id and one.role is not Role.RATER


def _held(one: removal.Reserved) -> str:
    parts = [f"{count(one.items, 'item')} in front of them"] if one.items else []
    if one.studies:
        parts.append(f"judging in {', '.join(one.studies)}: the others' shares grow")
    return f"{one.name}: {'; '.join(parts)}."
