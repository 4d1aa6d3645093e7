"""Everybody who works here, in a line each: what they may do, and for owners what can be done about it."""

from collections.abc import Mapping

import streamlit as st

from core.domain.person import LOCAL_OWNER, Actor, Person, Role, called
from core.services.signing import removal
from core.services.signing.accounts import Standing
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.signing.leaving import leaving
from pages.ui.signing.links import link_to
from pages.ui.words import count

_ROLES = {role: f"{role.capitalize()}: {role.words}" for role in Role}


def rows(who: Actor) -> None:
    studio = shell.studio()
    standings = studio.accounts.standing(who) if who.role is Role.OWNER and studio.door.asks else {}
    for person in studio.people.list(who):
        _row(person, who, standings)


def _row(person: Person, who: Actor, standings: Mapping[str, Standing]) -> None:
    standing, asks = standings.get(person.id), shell.studio().door.asks
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"people_{person.id}_card", gap="small"
    ):
        is_owner, is_first = who.role is Role.OWNER, person.id == LOCAL_OWNER.person_id
        has_choice = is_owner and not is_first and person.active
        with st.container(width="stretch"):
            _words(person, who, standing, "" if has_choice else _ROLES[person.role])
        if has_choice:
            _role(person)
        if (is_owner or person.id == who.person_id) and st.button("Rename", key=f"people.rename.{person.id}"):
            _rename(person)
        if standing and person.active and st.button("Way in…", key=f"people.link.{person.id}"):
            _way_in(person, standing)
        if is_owner and person.active and asks and person.id != who.person_id:
            if st.button("Remove…", key=f"people.turn.{person.id}"):
                leaving(person)
        elif is_owner and not is_first and person.id != who.person_id:
            words = "Set inactive" if person.active else "Bring back"
            st.button(words, key=f"people.turn.{person.id}", on_click=_turn, args=(person,))


def _words(person: Person, who: Actor, standing: Standing | None, role: str) -> None:
    about = "you" if person.id == who.person_id else "" if person.active else "not active any more"
    parts = [*([role] if role else []), f"here since {person.created_at.astimezone():%d %b %Y}"]
    if standing is not None and person.active:
        is_machine = person.id == LOCAL_OWNER.person_id
        none = "commands on the studio's machine only" if is_machine else "cannot sign in yet"
        signed_in = count(standing.sessions, "browser") + " signed in" if standing.sessions else "not signed in"
        parts.append(signed_in if standing.can_sign_in or standing.sessions else none)
    kit.show(
        "person",
        h("div", {"class": "row"}, h("span", {"class": "h one"}, called(person.id, person.name, who)), h("span", {"class": "lab"}, about)),
        h("div", {"class": "lab num"}, " · ".join(parts)),
        key=f"people.{person.id}.words",
    )  # fmt: skip


def _role(person: Person) -> None:
    st.session_state[f"people.role.{person.id}"] = person.role  # what holds, whatever was refused or changed elsewhere
    st.selectbox(
        "What they may do",  # a label is drawn as Markdown, and a name is anybody's text
        list(Role),
        format_func=_ROLES.__getitem__,
        key=f"people.role.{person.id}",
        label_visibility="collapsed",
        on_change=_change_role,
        args=(person,),
        width=330,
    )


def _change_role(person: Person) -> None:
    with shell.problems("people.role"):
        shell.studio().accounts.set_role(shell.actor(), person.id, st.session_state[f"people.role.{person.id}"])


def _turn(person: Person) -> None:
    with shell.problems("people.turn"):
        if person.active:
            removal.remove(shell.studio(), shell.actor(), person.id)
        else:
            shell.studio().people.set_active(shell.actor(), person.id, True)


@st.dialog("Rename")
def _rename(person: Person) -> None:
    with shell.problems("people.rename"):
        name = st.text_input("Name", value=person.name, key=f"people.rename.name.{person.id}", max_chars=60)
        if st.button("Rename", type="primary", key="people.rename.go"):
            shell.studio().people.rename(shell.actor(), person.id, name)
            st.rerun()


@st.dialog("A way in")
def _way_in(person: Person, standing: Standing) -> None:
    with shell.problems("people.link"):
        accounts = shell.studio().accounts
        about = (
            "A link by which they choose a new password (or sign in at the provider anew). It holds for two days and lets one in, once:"
            " send it to nobody else. When they follow it, they are signed out wherever they were."
        )
        kit.show("stop", h("p", h("b", person.name)), h("p", about), key="people.link.about")
        if st.button("Make the link", type="primary", key="people.link.make"):
            link_to(accounts.new_password_link(shell.actor(), person.id), key="people.link.made")
        if standing.sessions and st.button(
            f"Sign out {count(standing.sessions, 'browser')} of theirs", key="people.link.out"
        ):
            accounts.sign_out_everywhere(shell.actor(), person.id)
            st.rerun()
