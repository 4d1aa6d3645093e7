"""A new password of one's own."""

import streamlit as st

from core.domain.account import Visitor
from core.domain.person import Actor
from pages.ui import kit, shell
from pages.ui.kit import h


def section(who: Actor) -> None:
    kit.show("part", h("h2", "Password"), key="account.password.title")
    with st.form("account.password", width=420, clear_on_submit=True):
        old = st.text_input("Present password", type="password", autocomplete="current-password", key="account.old")
        new = st.text_input("New password", type="password", autocomplete="new-password", key="account.new")
        st.caption("At least 12 letters. Your other browsers are signed out.")
        wanted = st.form_submit_button("Change it", type="primary")
    if wanted:
        with shell.problems("account.password"):
            door = shell.studio().door
            come_from = Visitor(address=st.context.ip_address or "", browser=st.context.headers.get("user-agent") or "")
            here = door.session_of(st.context.cookies)
            shell.studio().accounts.change_password(who, old, new, come_from, here)
            kit.show("lead", kit.note("saved", "Changed", "Your other browsers are signed out."), key="account.changed")
