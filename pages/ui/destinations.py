"""Where the studio connects beside the public internet, and which key goes where: what owners said, and a way to say it."""

from itertools import groupby

import streamlit as st

from core.domain.destination import NEAR, Destination
from core.domain.person import Role
from pages.ui import kit, shell
from pages.ui.kit import h

_ABOUT = (
    "An address of this machine or its network is connected to, and a key is sent, only where an owner said so. What an owner sets up is"
    " allowed thereby; a name that leads into your own network is allowed here."
)


def section() -> None:
    """One row an origin."""
    who, destinations = shell.actor(), shell.studio().destinations
    is_owner = who.role is Role.OWNER
    with st.container(horizontal=True, vertical_alignment="center", key="settings_destinations"):
        st.subheader("Where the studio connects", anchor=False, width="stretch")
        if is_owner and st.button("Allow an address", key="settings.destination.new"):
            _dialog()
    kit.show("hint", h("p", {"class": "lab"}, _ABOUT), key="settings.destinations.about")
    for origin, said in groupby(destinations.every(who), lambda one: one.origin):
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"settings_destination_{origin}"
        ):
            with st.container(width="stretch"):
                words = (h("div", {"class": "h one"}, origin), h("div", {"class": "lab"}, _words(list(said))))
                kit.show("endpoint", *words, key=f"settings.destination.words.{origin}")
            if is_owner and st.button("Withdraw…", key=f"settings.destination.withdraw.{origin}"):
                _confirm(origin)


def _words(said: list[Destination]) -> str:
    """What was said of one origin, in a line."""
    keys = [one.what.partition(":")[2] for one in said if one.what != NEAR]
    near = ["on this machine or in its network"] if len(keys) < len(said) else ["in the public internet alone"]
    return " · ".join([*near, *(f"key {name}" for name in keys)])


@st.dialog("Allow an address")
def _dialog() -> None:
    with shell.problems("settings.destination"):
        url = st.text_input("Address", placeholder="http://gpu-box.lab:8000/v1", key="settings.destination.url")
        about = "Endpoints and Argilla servers there may then stand on this machine or in its network, whoever sets them up."
        kit.show("hint", h("p", {"class": "lab"}, about), key="settings.destination.about")
        if st.button("Allow it", type="primary", key="settings.destination.go") and url.strip():
            shell.studio().destinations.allow(shell.actor(), url)
            st.rerun()


@st.dialog("Withdraw the address?")
def _confirm(origin: str) -> None:
    with shell.problems("settings.withdrawal"):
        text = f"Nothing at {origin} is called any more, and no key goes there, until an owner sets it up or allows it again."
        if kit.is_removal_meant(text, key="settings.withdraw"):
            shell.studio().destinations.withdraw(shell.actor(), origin)
            st.rerun()
