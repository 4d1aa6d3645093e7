"""Health: what the doctor found, by area, each with what to do."""

import streamlit as st

from core.domain.person import Role
from core.domain.upkeep import Area, Finding, Health, Look, State
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, duration

_MARKS = {State.GOOD: ("saved", "Good"), State.LOOK: ("waiting", "Worth knowing"), State.ACT: ("error", "Needs you")}
_FROM_FACTS = "worked out of its facts"  # how the finding about projections is known


def summary(health: Health) -> None:
    """One line: how many of what, when."""
    n = {state: sum(one.state is state for one in health.findings) for state in State}
    state = next((one for one in (State.ACT, State.LOOK) if n[one]), State.GOOD)
    words = {
        State.ACT: f"{n[State.ACT]} of {len(health.findings)} things {'needs' if n[State.ACT] == 1 else 'need'} you.",
        State.LOOK: f"All is well; worth knowing: {count(n[State.LOOK], 'thing')}.",
        State.GOOD: f"All is well: {len(health.findings)} things were looked at.",
    }[state]
    when = f"Looked at {health.looked_at.astimezone():%d %b, %H:%M}, which took {duration(health.seconds)}."
    kit.show("problem", kit.note(*_MARKS[state], f"{words} {when}"), key="doctor.summary")


def areas(health: Health) -> None:
    """A table an area, the worst first; what can be done from here has a button below."""
    for area in Area:
        found = [one for one in health.findings if one.area is area]
        if found:
            rows = [_row(one) for one in found]
            kit.show(
                "findings",
                h("div", {"class": "h"}, area.value),
                h("table", h("tbody", rows)),
                key=f"doctor.{area.name}",
            )
            _buttons(area, found)


def _row(one: Finding) -> kit.Element:
    status, word = _MARKS[one.state]
    about = f"{one.subject}: {one.what}" if one.subject and one.subject not in one.what else one.what
    return h(
        "tr",
        h("td", {"style": {"width": "8.4rem"}}, kit.mark(status, word)),
        h("td", {"class": "wide"}, about, h("div", {"class": "lab"}, one.to_do) if one.to_do else None),
    )


def _buttons(area: Area, found: list[Finding]) -> None:
    who = shell.actor()
    if area is Area.LEFT_OVER and found[0].state is not State.GOOD and who.role is Role.OWNER:
        st.button("Take them away", key="doctor.clean", on_click=_clean)
    for one in found:
        if area is Area.PROJECTS and one.state is State.ACT and _FROM_FACTS in one.what:
            st.button(
                f"Make them again in {one.subject}",
                key=f"doctor.rebuild.{one.subject}",
                on_click=_rebuild,
                args=(one.subject,),
            )


def _clean() -> None:
    shell.studio().doctor.clean(shell.actor())
    _again()


def _rebuild(slug: str) -> None:
    who = shell.actor()
    shell.studio().doctor.rebuild(who, shell.open_project(slug, who))
    _again()


def _again() -> None:
    shell.studio().doctor.begin(shell.actor(), Look.QUICK, ask_endpoints=False)
