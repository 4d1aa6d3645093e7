"""People: who works here, and what they may do."""

import streamlit as st

from core.domain.person import LOCAL_OWNER, Actor, Person, Role, called
from pages.ui import kit, shell
from pages.ui.kit import h

_ROLES = {role: f"{role.capitalize()}: {role.words}" for role in Role}


@st.dialog("Rename")
def rename(person: Person) -> None:
    with shell.problems("people.rename"):
        name = st.text_input("Name", value=person.name, key=f"people.rename.name.{person.id}", max_chars=60)
        if st.button("Rename", type="primary", key="people.rename.go"):
            shell.studio().people.rename(shell.actor(), person.id, name)
            st.rerun()


def change_role(person: Person) -> None:
    shell.studio().people.set_role(shell.actor(), person.id, st.session_state[f"people.role.{person.id}"])


def turn(person: Person) -> None:
    shell.studio().people.set_active(shell.actor(), person.id, not person.active)


def row(person: Person, who: Actor) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"people_{person.id}_card", gap="small"
    ):
        with st.container(width="stretch"):
            about = "you" if person.id == who.person_id else "" if person.active else "not active any more"
            kit.show(
                "person",
                h("div", {"class": "row"}, h("span", {"class": "h one"}, called(person.id, person.name, who)), h("span", {"class": "lab"}, about)),
                h("div", {"class": "lab num"}, f"{_ROLES[person.role]} · here since {person.created_at.astimezone():%d %b %Y}"),
                key=f"people.{person.id}.words",
            )  # fmt: skip
        is_owner, is_first = who.role is Role.OWNER, person.id == LOCAL_OWNER.person_id
        if is_owner and not is_first and person.active:
            st.session_state.setdefault(f"people.role.{person.id}", person.role)
            st.selectbox(
                "What they may do",  # a label is drawn as Markdown, and a name is anybody's text
                list(Role),
                format_func=_ROLES.__getitem__,
                key=f"people.role.{person.id}",
                label_visibility="collapsed",
                on_change=change_role,
                args=(person,),
                width=330,
            )
        if (is_owner or person.id == who.person_id) and st.button("Rename", key=f"people.rename.{person.id}"):
            rename(person)
        if is_owner and not is_first:
            words = "Set inactive" if person.active else "Bring back"
            st.button(words, key=f"people.turn.{person.id}", on_click=turn, args=(person,))


with st.container(horizontal=True, vertical_alignment="center", key="people_head"):
    st.title("People", width="stretch", anchor=False)
with shell.problems("people"):
    lead = "Whoever sits at this machine says who they are at the foot of the sidebar, and adds somebody new there. It is a name, no password."
    kit.show("lead", h("p", lead), key="people.lead")
    who = shell.actor()
    for person in shell.studio().people.list(who):
        row(person, who)
