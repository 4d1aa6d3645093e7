"""The way in, instead of any page for whoever is not signed in, and where links lead that let somebody in."""

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from core.domain.account import Identity
from core.services.signing.door import proof_of
from pages.ui import component, kit, people, shell
from pages.ui.kit import h
from pages.ui.signing.starting import provider_names


def entrance() -> None:
    """Signing in: by a form of ours, or at a provider; the page is loaded anew when it is done."""
    door, who = shell.studio().door, people.somebody()
    with st.container(key="join_page"):
        st.title("Sign in", anchor=False)
        if not door.asks:
            kit.show("lead", h("p", "Nobody signs in here: the studio serves this machine alone."), key="sign.none")
            return
        if who is not None:
            more = " Sign out to follow a link as somebody else." if door.by_provider else ""
            kit.show("lead", h("p", f"You are signed in as {who.name}.{more}"), key="sign.me")
            if door.by_provider:
                return
        ticket = _ticket() if door.by_provider else ""
        data = {"by_provider": door.by_provider, "ticket": ticket, "me": who.name if who else ""}
        component.draw("sign", data, key="sign.door")
        if door.by_provider:
            for number, name in enumerate(provider_names()):
                words = f"Sign in with {name.capitalize()}" if name else "Sign in with your organisation"
                st.button(
                    words,
                    type="secondary" if number else "primary",
                    key=f"sign.with.{name}",
                    on_click=_ask,
                    args=(name,),
                )


def _ask(provider: str) -> None:
    st.login(provider or None)


def _ticket() -> str:
    """For what a provider said a moment ago: st.user has it from the cookie that Streamlit set when the browser came back."""
    said: Mapping[str, object] = st.user.to_dict()
    if not said.get("is_logged_in"):
        return ""
    issuer, subject, at = said.get("iss"), said.get("sub"), said.get("iat")
    if not (
        isinstance(issuer, str) and isinstance(subject, str) and isinstance(at, int | float) and issuer and subject
    ):
        return ""
    name = said.get("name") or said.get("preferred_username") or ""
    identity = Identity(
        issuer=issuer, subject=subject, name=str(name)[:60], said_at=datetime.fromtimestamp(at, UTC),
        proof=proof_of(issuer, subject, at, said.get("nonce"), said.get("exp")),
    )  # fmt: skip
    return shell.studio().door.ticket(identity)
