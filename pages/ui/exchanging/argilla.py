"""Argilla: the queues and studies that stand there, how they stand, and the two ways."""

from datetime import UTC, datetime

import streamlit as st

from core.domain.argilla import LinkNow, PullReport, What
from core.domain.calling import CallProgress
from core.domain.person import Role
from core.services.exchanging import argilla_links
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging import argilla_form
from pages.ui.kit import h
from pages.ui.words import ago, count, duration

_EVERY = {0: "when asked", 5: "every 5 min", 15: "every 15 min", 60: "every hour", 360: "every 6 h", 1440: "every day"}
_WHAT = {What.QUEUE: "Queue", What.STUDY: "Study"}


def show(project: Project) -> None:
    with shell.problems("data.argilla"):
        links = argilla_links.every(shell.actor(), project)
        if not links:
            words = "Nothing of this project stands in Argilla. You need its server's address, a workspace, and the name of a token."
            kit.show("empty", h("p", words), key="data.argilla.empty")
        if st.button("Send a queue or a study", type="primary", key="data.argilla.new"):
            argilla_form.dialog(project, links)
        for one in links:
            with st.container(border=True, key=f"argilla_{one.link.id}"), shell.problems(f"argilla.{one.link.id}"):
                _card(project, one)


def _card(project: Project, one: LinkNow) -> None:
    now = shell.studio().argilla_work.progress(shell.actor(), project, one.link.id)
    is_going = now is not None and now.is_going
    kit.show("way", *_said(one), key=f"argilla.{one.link.id}.said")
    if one.ended:
        return
    if is_going:
        st.fragment(_going, run_every=1)(project, one.link.id)
        return
    if not shell.studio().argilla.is_allowed(shell.actor(), one.link):
        _ask(project, one)
        return
    if one.problem:
        kit.show("hint", kit.note("error", "It did not work", one.problem), key=f"argilla.{one.link.id}.problem")
    elif now is not None and now.reason:
        words = "What was done until then stays; the same button goes on."
        kit.show("hint", kit.note("waiting", "Stopped", words), key=f"argilla.{one.link.id}.stopped")
    elif one.pulled_at is not None:
        kit.show("hint", h("p", {"class": "lab"}, _last(project, one)), key=f"argilla.{one.link.id}.last")
    _ways(project, one)
    if one.conflicts:
        _trouble(project, one)


def _ask(project: Project, one: LinkNow) -> None:
    """The link came with the project from elsewhere: nothing goes over it before an owner of this studio says so."""
    name, url = (_plain(text) for text in (one.link.key_env or one.link.key_secret or "", one.link.url))
    words = f"No owner of this studio said that the token under {name} may be sent to {url}."
    kit.show("hint", kit.note("waiting", "Not allowed", words), key=f"argilla.{one.link.id}.not_allowed")
    with st.container(horizontal=True):
        if shell.actor().role is Role.OWNER and st.button("Allow it", key=f"data.argilla.allow.{one.link.id}"):
            shell.studio().argilla.allow(shell.actor(), project, one.link.id)
            st.rerun()
        if st.button("End", key=f"data.argilla.end.{one.link.id}"):
            _end(project, one)


def _plain(text: str) -> str:
    """Without what turns the direction of letters or hides some: an owner must see where a token would go."""
    return "".join(letter for letter in text if letter.isprintable())[:200]


def _said(one: LinkNow) -> list[kit.Element]:
    link, now = one.link, datetime.now(UTC)
    pushed = f"sent {ago(one.pushed_at, now)}" if one.pushed_at else "not all sent yet" if one.sent else "not sent yet"
    pulled = f"fetched {ago(one.pulled_at, now)}" if one.pulled_at else "not fetched yet"
    waits = f"{one.planned - one.sent:,} still to send" if one.planned > one.sent else pushed
    state = kit.mark("set_aside", "Ended") if one.ended else None
    return [
        h("div", {"class": "h"}, f"{_WHAT[link.what]}: {one.subject}", " ", state),
        h("div", {"class": "lab"}, f"{link.dataset} in {link.workspace} at {link.url}"),
        kit.stats(
            ("Records there", f"{one.sent:,}", waits),
            ("Answers", f"{one.answers:,}", f"of {count(one.people, 'person', 'people')}"),
            (
                "Count for nothing",
                f"{one.conflicts:,}",
                "conflicts, unusable ones" if one.conflicts else "no conflicts",
            ),
            ("Answers are fetched", _EVERY.get(one.every_min, f"every {one.every_min:,} min"), pulled),
        ),
    ]


def _ways(project: Project, one: LinkNow) -> None:
    actor, work, id_ = shell.actor(), shell.studio().argilla_work, one.link.id
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"argilla_ways_{id_}"):
        st.button(
            "Send what is new", key=f"data.argilla.push.{id_}", on_click=work.begin_push, args=(actor, project, id_)
        )
        st.button("Fetch answers", key=f"data.argilla.pull.{id_}", on_click=work.begin_pull, args=(actor, project, id_))
        minutes = sorted({*_EVERY, one.every_min})
        chosen = st.selectbox(
            "Fetch by itself", minutes, index=minutes.index(one.every_min), key=f"data.argilla.every.{id_}",
            format_func=lambda n: _EVERY.get(n, f"every {n:,} min"), width=160,
        )  # fmt: skip
        if chosen != one.every_min:
            shell.studio().argilla.repeat(actor, project, id_, int(chosen))
            st.rerun()
        if st.button("End", key=f"data.argilla.end.{id_}"):
            _end(project, one)


@st.dialog("End this link")
def _end(project: Project, one: LinkNow) -> None:
    words = (
        "Nothing more is sent or fetched over it. The dataset stays in Argilla, and what was fetched stays here. What is"
        " answered there afterwards will not be known here."
    )
    if kit.is_removal_meant(words, key="data.argilla.ending"):
        shell.studio().argilla.end(shell.actor(), project, one.link.id)
        st.rerun()


def _going(project: Project, link_id: str) -> None:
    now = shell.studio().argilla_work.progress(shell.actor(), project, link_id)
    if now is None or not now.is_going:
        st.rerun()
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{100 * now.done / max(1, now.total):.1f}%"}}))
    kit.show("way", track, h("div", {"class": "n"}, _pace(now)), key=f"argilla.{link_id}.way")
    stop, actor = shell.studio().argilla_work.stop, shell.actor()
    st.button("Stop", key=f"data.argilla.stop.{link_id}", on_click=stop, args=(actor, project, link_id))


def _pace(now: CallProgress) -> str:
    if not now.total:
        return "Asking the server …"
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    return f"{now.done:,} of {count(now.total, 'record')}, {now.per_s or 0:.0f} a second{left}."


def _last(project: Project, one: LinkNow) -> str:
    """What the last look there found."""
    said = argilla_links.last_pull(shell.actor(), project, one.link.id)
    parts = [f"Looked at {count(said.seen, 'record')} the last time: {_news(said)}."]
    if said.drafts:
        parts.append(f"{count(said.drafts, 'answer')} only begun (drafts).")
    if said.gone:
        parts.append(f"{count(said.gone, 'record')} removed there by somebody; the decisions stay.")
    if said.foreign:
        parts.append(f"{count(said.foreign, 'record')} there not sent from here, and passed over.")
    return " ".join(parts)


def _news(said: PullReport) -> str:
    came = ", ".join(f"{n:,} {how}" for how, n in said.came.items())
    became = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in said.became.items())
    return f"{came} → {became}" if came else "nothing new"


def _trouble(project: Project, one: LinkNow) -> None:
    with st.expander(f"Answers that count for nothing here: {one.conflicts:,}"):
        lines = argilla_links.trouble(shell.actor(), project, one.link.id)
        rows = (
            h(
                "div",
                {"class": "i"},
                h("div", {"class": "row"}, h("b", each.person), h("span", {"class": "dim num push"}, f"{each.received_at.astimezone():%d %b, %H:%M}")),
                h("div", {"class": "dim"}, each.why),
                h("div", {"class": "lab one"}, each.text),
            )
            for each in lines
        )  # fmt: skip
        kit.show("exports", *rows, key=f"argilla.{one.link.id}.trouble")
