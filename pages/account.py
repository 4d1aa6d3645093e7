"""Your account: the browsers that are signed in as you, a new password, and out of all of them."""

import streamlit as st

from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.signing import own_password, own_sessions

with st.container(horizontal=True, vertical_alignment="center", key="account_head"):
    st.title("Your account", width="stretch", anchor=False)
with shell.problems("account"):
    who, door = shell.actor(), shell.studio().door
    if not door.asks:
        kit.show("lead", h("p", "Nobody signs in here: the studio serves this machine alone."), key="account.none")
    else:
        kit.show("lead", h("p", f"{who.name}, {who.role}: {who.role.words}."), key="account.lead")
        own_sessions.section(who)
        if door.has_a_password(who.person_id):
            own_password.section(who)
