"""Inviting: a link for one new person in a role; those that are open, and calling them back."""

import streamlit as st

from core.domain.account import Link, LinkKind
from core.domain.person import Actor, Role
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.signing.links import link_to

_ROLES = (Role.ANNOTATOR, Role.CURATOR, Role.OWNER)  # who only judges in a study comes by that study's link
_DAYS = {1: "one day", 7: "a week", 30: "a month"}


def button() -> None:
    if st.button("Invite", type="primary", key="people.invite"):
        _invite()


@st.dialog("Invite")
def _invite() -> None:
    with shell.problems("people.invite.form"):
        role = st.selectbox(
            "Role", _ROLES, format_func=lambda one: f"{one.capitalize()}: {one.words}", key="people.invite.role"
        )
        note = st.text_input("For whom (owners see it)", max_chars=80, key="people.invite.note")
        days = st.segmented_control(
            "It holds for", list(_DAYS), default=7, format_func=_DAYS.__getitem__, key="people.invite.days"
        )
        if st.button("Make the link", type="primary", key="people.invite.make"):
            token = shell.studio().accounts.invite(shell.actor(), role, note=note, days=days or 7)
            link_to(token, key="people.invite.made")


def open_ones(who: Actor) -> None:
    """Every link that may still be used."""
    links = shell.studio().accounts.links(who)
    if not links:
        about = "No link is open. An invitation lets one person in, who chooses a name and a way to sign in."
        kit.show("lead", h("p", about), key="people.links.none")
    for link in links:
        _row(link)


def _row(link: Link) -> None:
    people = shell.studio().people
    by, of = people.known(link.by), people.known(link.person_id)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"people_{link.id[:12]}_card"):
        with st.container(width="stretch"):
            what = f"Invitation as {link.role}" if link.kind is LinkKind.INVITATION else f"Link: {link.kind}"
            whom = link.note or (of.name if of else "")
            until = f"by {by.name if by else link.by}, until {link.expires_at.astimezone():%d %b %Y, %H:%M}"
            kit.show(
                "person",
                h("div", {"class": "row"}, h("span", {"class": "h one"}, what), h("span", {"class": "lab"}, whom)),
                h("div", {"class": "lab num"}, until),
                key=f"people.{link.id[:12]}.words",
            )
        st.button("Call back", key=f"people.back.{link.id[:12]}", on_click=_call_back, args=(link.id,))


def _call_back(link_id: str) -> None:
    with shell.problems("people.back"):
        shell.studio().accounts.call_back(shell.actor(), link_id)
