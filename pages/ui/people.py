"""Who one is: the choice at the foot of the sidebar."""

import streamlit as st

from core.domain.person import Actor, Person, Role, called
from core.errors import NotAllowed
from pages.ui import component, shell

_NOBODY = Actor(person_id="", name="", role=Role.ANNOTATOR)


def initials(name: str) -> str:
    """What stands in a person's square."""
    words = [word for word in name.split() if word[0].isalnum()] or [name]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


def somebody() -> Actor | None:
    """Who asks; None if they are not active any more."""
    try:
        return shell.actor()
    except NotAllowed:
        return None


def to_work() -> None:
    """Where whoever only reviews begins, and whoever only judges."""
    rates = shell.actor().role is Role.RATER
    st.switch_page("../judge.py" if rates else "../review.py")


def nobody() -> None:
    """Instead of any page, for somebody who is not active any more: what happened, and what to do."""
    with st.container(key="people_head"):
        st.title("Who are you?", anchor=False)
    with shell.problems("people"):
        shell.actor()


def picker() -> None:
    """One's square and name; opened, everybody else and a field for somebody new. The page is loaded again after a choice.

    With sign-in: one's own name, and the way to one's account and out.
    """
    who, people, door = somebody(), shell.studio().people, shell.studio().door
    if door.asks and who is None:
        return
    listed = [one for one in people.list(people.owner()) if one.active and (not door.asks or one.actor == who)]
    data = {
        "signed": door.asks and {"account": "/account", "provider": door.by_provider},
        "who": who.person_id if who else None,
        "people": [_line(one, called(one.id, one.name, who or _NOBODY)) for one in listed],
        "manage": "/people" if who and who.role is Role.OWNER else None,
    }
    component.draw("person", data, key="frame.person")


def _line(person: Person, name: str) -> dict[str, str]:
    return {"id": person.id, "name": name, "role": str(person.role), "initials": initials(name)}
