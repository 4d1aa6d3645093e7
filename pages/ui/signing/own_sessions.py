"""Where somebody is signed in: browser by browser, with the way out of each and of all."""

import streamlit as st

from core.domain.account import Session
from core.domain.person import Actor
from pages.ui import kit, shell
from pages.ui.kit import h

_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # the first that is named: the others name themselves too
_CALLED = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")


def section(who: Actor) -> None:
    accounts, here = shell.studio().accounts, shell.studio().door.session_of(st.context.cookies)
    sessions = accounts.sessions(who)
    kit.show("part", h("h2", "Signed in"), key="account.sessions.title")
    for one in sessions:
        _row(one, is_here=one == here)
    words = "Sign out everywhere" if len(sessions) > 1 else "Sign out"
    st.button(words, key="account.everywhere", on_click=_end_all)


def _row(one: Session, *, is_here: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"account_{one.id[:12]}_card"):
        with st.container(width="stretch"):
            since = f"{one.made_at.astimezone():%d %b %Y, %H:%M}, from {one.address or 'this machine'}, by {one.way}"
            until = f"until {one.expires_at.astimezone():%d %b %Y}"
            kit.show(
                "person",
                h("div", {"class": "row"}, h("span", {"class": "h one"}, called(one.browser)), h("span", {"class": "lab"}, "this browser" if is_here else "")),
                h("div", {"class": "lab num"}, f"{since}, {until}"),
                key=f"account.{one.id[:12]}.words",
            )  # fmt: skip
        st.button("Sign it out", key=f"account.end.{one.id[:12]}", on_click=_end, args=(one.id,))


def called(browser: str) -> str:
    """A browser in two words, from what it says of itself; anybody's text, so nothing of it is shown but what is known."""
    name = next((one for one in _BROWSERS if f"{one}/" in browser), "")
    system = next((one for one in _SYSTEMS if one in browser), "")
    return " on ".join(part for part in (_CALLED.get(name, name) or "A browser", system) if part)


def _end(session_id: str) -> None:
    with shell.problems("account.end"):
        shell.studio().accounts.end_session(shell.actor(), session_id)


def _end_all() -> None:
    with shell.problems("account.everywhere"):
        shell.studio().accounts.sign_out_everywhere(shell.actor())
