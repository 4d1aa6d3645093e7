"""How far a study is: who has judged how much, who is late, who has left. No word of what they said."""

from datetime import UTC, datetime

import streamlit as st

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.domain.study_progress import Completeness, PersonProgress
from core.services.evaluating import completeness, studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_link
from pages.ui.kit import h
from pages.ui.words import ago, count, duration

_EVERY_S = 15


def of(project: Project, study: StudyNow) -> Completeness:
    return completeness.of(shell.studio(), shell.actor(), project, study.id)


def card(project: Project, study: StudyNow, said: Completeness) -> None:
    """Its table is drawn again by itself while people judge."""
    with st.container(border=True, key="studies_progress_card"):
        st.fragment(_table, run_every=_EVERY_S if study.takes_judgments else None)(project, study)
        here = {one.person_id: one.name for one in said.people if not one.has_left}
        if study.takes_judgments:
            with st.container(horizontal=True):
                if here and st.button("Somebody has left…", key="studies.left"):
                    _left(project, study, here)
            people = {one.id: one.name for one in shell.studio().people.list(shell.actor())}
            study_link.card(project, study, people)


def left_in_words(project: Project, study: StudyNow) -> kit.Element:
    """What is still to be judged."""
    said = of(project, study)
    missing = max(0, said.needed - said.judged)
    if not missing:
        return h("p", f"All {count(said.needed, 'judgment')} are there.")
    return h("p", f"{missing:,} of {count(said.needed, 'judgment')} are still to come. Results then rest on fewer.")


def _table(project: Project, study: StudyNow) -> None:
    said = of(project, study)
    is_pilot = study.state is StudyState.PILOT
    judged = sum(one.pilot for one in said.people) if is_pilot else said.judged
    share = min(100.0, 100 * judged / max(1, said.needed))
    title = h(
        "div",
        {"class": "hd"},
        h(
            "span",
            {"class": "h"},
            f"{judged:,} of {count(said.needed, 'judgment')}" + (" of the pilot" if is_pilot else ""),
        ),
        h("span", {"class": "lab"}, f"{len(said.late)} late" if said.late else ""),
    )
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{share:.1f}%"}}))
    rows = [_row(one, is_pilot=is_pilot) for one in said.people]
    nobody = h("p", {"class": "dim"}, "Nobody has come yet. Send the link.")
    table = h("table", h("thead", _head()), h("tbody", rows)) if rows else nobody
    others = (
        h("p", {"class": "lab"}, f"Beside people: {count(said.others, 'judgment')} of models or imports.")
        if said.others
        else None
    )
    kit.show("progress", title, track, table, others, key="studies.progress")


def _head() -> kit.Element:
    names = {"": "", "Judged": "r", "Each": "r", "Changed": "r", "Last": "", "State": ""}
    return h("tr", (h("th", {"scope": "col", "class": side}, name) for name, side in names.items()))


def _row(one: PersonProgress, *, is_pilot: bool) -> kit.Element:
    judged = one.pilot if is_pilot else one.judged
    share = min(100.0, 100 * judged / max(1, one.quota))
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{share:.1f}%"}}))
    return h(
        "tr",
        h(
            "th",
            {"scope": "row"},
            h(
                "div",
                {"class": "row"},
                h("span", {"class": "one"}, one.name),
                h("div", {"style": {"flex": "1"}}, track),
            ),
        ),
        h("td", {"class": "r num"}, f"{judged:,} of {one.quota:,}"),
        h("td", {"class": "r num"}, duration(one.pace_s) if one.pace_s else "–"),
        h("td", {"class": "r num"}, f"{one.revised:,}"),
        h("td", {"class": "num"}, ago(one.last, datetime.now(UTC)) if one.last else "not begun"),
        h("td", _mark(one, is_done=judged >= one.quota > 0)),
    )


def _mark(one: PersonProgress, *, is_done: bool) -> kit.Element:
    if one.is_excluded:
        return kit.mark("rejected", "Left out")
    if one.has_left:
        return kit.mark("set_aside", "Has left")
    if is_done:
        return kit.mark("accepted", "Done")
    return kit.mark("error", "Late") if one.is_late else kit.mark("undecided", "Going on")


@st.dialog("Somebody has left")
def _left(project: Project, study: StudyNow, people: dict[str, str]) -> None:
    with shell.problems("studies.left"):
        who = st.selectbox(
            "Who", list(people), format_func=people.__getitem__, index=None, placeholder="Choose somebody",
            key="studies.left.who",
        )  # fmt: skip
        about = "What they judged stays and counts. What they had not done yet is shared among the others."
        kit.show("hint", h("p", {"class": "lab"}, about), key="studies.left.about")
        if st.button("They have left", type="primary", key="studies.left.go", disabled=who is None) and who:
            studies.person_left(shell.actor(), project, study.id, who)
            st.rerun()
