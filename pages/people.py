"""People: who works here and what they may do; for owners also who is invited, and who did what."""

import streamlit as st

from core.domain.person import Role
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.signing import deeds_view, invitations, people_list

_PEOPLE, _INVITED, _DEEDS = "People", "Invitations", "Who did what"
_ALONE = "Whoever sits at this machine says who they are at the foot of the sidebar, and adds somebody new there. It is a name, no password."
_SIGNED = "Everybody signs in. Whoever is removed is out at once; what they did stays, under their name."

with st.container(horizontal=True, vertical_alignment="center", key="people_head"):
    st.title("People", width="stretch", anchor=False)
    with shell.problems("people.invite"):
        if shell.studio().door.asks and shell.actor().role is Role.OWNER:
            invitations.button()
with shell.problems("people"):
    who, asks = shell.actor(), shell.studio().door.asks
    kit.show("lead", h("p", _SIGNED if asks else _ALONE), key="people.lead")
    parts = [_PEOPLE, *([_INVITED] if asks else []), _DEEDS] if who.role is Role.OWNER else [_PEOPLE]
    shown = _PEOPLE
    if len(parts) > 1:
        chosen = st.segmented_control("Show", parts, default=_PEOPLE, key="people.part", label_visibility="collapsed")
        shown = chosen or _PEOPLE
    if shown == _PEOPLE:
        people_list.rows(who)
    elif shown == _INVITED:
        invitations.open_ones(who)
    else:
        deeds_view.section(who)
