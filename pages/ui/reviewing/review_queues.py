"""The list of queues: what waits in each, what was decided in it, and what one did today."""

from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from core.domain.person import Role
from core.domain.queue import Asks, Queue
from core.services.projects import Project
from core.services.reviewing import bulk, queues
from core.services.reviewing.queues import Choices, Day, QueueLine
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import review_form, review_said
from pages.ui.reviewing.review_words import bulk_in_words, day_in_words, filter_in_words, given_in_words
from pages.ui.words import ago, count

_LIST_PX = 44  # as wide as the button List


def page(project: Project) -> None:
    may_change = shell.actor().role is not Role.ANNOTATOR
    lines, choices = queues.lines(shell.actor(), project), queues.choices(shell.actor(), project)
    with st.container(horizontal=True, vertical_alignment="center", key="review_head"):
        st.title("Review", width="stretch", anchor=False)
        where = {"project": project.slug}
        st.page_link("../history.py", label="History", icon=":material/history:", query_params=where)
        if may_change:
            st.page_link("../team.py", label="Team", icon=":material/groups:", query_params=where)
            st.page_link("../rates.py", label="Rates", icon=":material/percent:", query_params=where)
            st.button("New queue", on_click=review_form.ask, key="review.new")
    _today(queues.today(shell.actor(), project, midnight()), queues.scored_today(shell.actor(), project, midnight()))
    review_said.show(project)
    first = next((line.queue.id for line in lines if line.waiting), "")
    for line in lines:
        _row(project, line, choices, is_first=line.queue.id == first, may_change=may_change)
    if not any(line.waiting or line.last for line in lines):
        words = "Nothing waits yet. What a run grows, and the seeds you import, can be decided here."
        kit.show("empty", h("p", words), key="review.empty")
    if may_change:
        _archived(project)
        _at_once(project)


def midnight() -> datetime:
    """When today began, where the studio runs."""
    return datetime.now(UTC).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _today(days: tuple[Day, ...], scored: int) -> None:
    words = day_in_words(days) if days or not scored else ""
    if len(days) > 1:
        words += " " + ", ".join(f"{day.name or 'elsewhere'} {day.decided:,}" for day in days) + "."
    if scored:
        words = f"{words} {count(scored, 'difficulty', 'difficulties')} said today.".strip()
    kit.show("lead", h("p", words), key="review.today")


def _row(project: Project, line: QueueLine, choices: Choices, *, is_first: bool, may_change: bool) -> None:
    queue = line.queue
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"review_{queue.id}_card", gap="small"
    ):
        with st.container(width="stretch"):
            kit.show("queue", *_words(line, choices), key=f"review.{queue.id}.words")
        where = {"project": project.slug, "queue": queue.id}
        kind: Literal["primary", "secondary"] = "primary" if is_first else "secondary"
        if st.button("Open", type=kind, key=f"review.open.{queue.id}", disabled=not line.waiting):
            st.switch_page("../review.py", query_params=where | {"view": "deck"})
        if queue.asks is Asks.DIFFICULTY:
            st.space(_LIST_PX)  # there is no list of it: what stands beside keeps its place
        elif st.button("List", key=f"review.list.{queue.id}"):
            st.switch_page("../review.py", query_params=where | {"view": "list"})
        if may_change:
            _menu(project, queue)


def _words(line: QueueLine, choices: Choices) -> list[kit.Child]:
    queue, decided = line.queue, line.accepted + line.rejected + line.scored
    about = " · ".join(
        filter(None, (filter_in_words(queue.filter, choices), queue.sort.label.lower(), given_in_words(queue)))
    )
    said = f"{line.accepted:,} accepted, {line.rejected:,} rejected"
    if queue.asks is Asks.DIFFICULTY:
        said = f"{line.scored:,} scored"
    last = f"last {ago(line.last, datetime.now(UTC))}" if line.last else "nothing decided yet"
    bar = kit.bar(
        f"{said}, {line.waiting:,} waiting",
        survived=line.accepted + line.scored,
        eliminated=line.rejected,
        waiting=line.waiting,
        thin=True,
    )
    return [
        h("div", {"class": "nm"}, h("b", {"class": "one"}, queue.name), h("div", {"class": "lab one", "title": about}, about)),
        h("div", {"class": "wt"}, h("span", {"class": "fig num"}, f"{line.waiting:,}"), h("span", {"class": "lab"}, "waiting")),
        h("div", {"class": "dn"}, bar if decided or line.waiting else None, h("div", {"class": "lab num"}, f"{said} · {last}")),
    ]  # fmt: skip


def _menu(project: Project, queue: Queue) -> None:
    with st.popover("More", key=f"review.more.{queue.id}"):
        with shell.problems(f"review.{queue.id}"):
            name = st.text_input("Name", queue.name, key=f"review.name.{queue.id}", max_chars=80)
            if st.button("Rename it", key=f"review.rename.{queue.id}", width="stretch"):
                queues.rename(shell.actor(), project, queue.id, name)
                st.rerun()
        if st.button("Change its filter", key=f"review.change.{queue.id}", width="stretch"):
            st.switch_page("../review.py", query_params={"project": project.slug, "change": queue.id})
        if st.button("Archive it", key=f"review.archive.{queue.id}", width="stretch"):
            queues.archive(shell.actor(), project, queue.id)
            st.rerun()


def _archived(project: Project) -> None:
    away = [one for one in queues.every(shell.actor(), project) if one.archived]
    if not away:
        return
    with st.expander(f"Archived: {len(away)}", key="review.archived"):
        for queue in away:
            with st.container(horizontal=True, vertical_alignment="center"):
                kit.show("line", h("p", queue.name), key=f"review.{queue.id}.away")
                if st.button("Restore", key=f"review.restore.{queue.id}"):
                    queues.restore(shell.actor(), project, queue.id)
                    st.rerun()


def _at_once(project: Project) -> None:
    """What was decided of many at once, and its undo."""
    lines = bulk.latest(shell.actor(), project)
    if not lines:
        return
    with st.expander(f"Decided at once: {count(len(lines), 'time')}", key="review.bulks"):
        names = {one.id: one.name for one in shell.studio().people.list(shell.actor())}
        for line in lines:
            with st.container(horizontal=True, vertical_alignment="center"):
                who, when = names.get(line.person_id, line.person_id), ago(line.received_at, datetime.now(UTC))
                state = " · undone" if line.undone else ""
                kit.show("line", h("p", f"{bulk_in_words(line)} · {who}, {when}{state}"), key=f"review.{line.id}.bulk")
                if not line.undone:
                    st.button(
                        "Undo", key=f"review.undo.{line.id}", on_click=review_said.undo_bulk, args=(project, line.id)
                    )
