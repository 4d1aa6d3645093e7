"""Accepted instructions without an answer to their present text: how many, which, and one button that answers them all."""

import streamlit as st

from core.domain.answering import Unanswered
from core.domain.calling import CallProgress
from core.domain.person import Role
from core.services.projects import Project
from core.services.reviewing import answers
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, duration, money

_SHOWN = 20


def card(project: Project) -> None:
    """Nothing, if nothing is owed and nothing is going on."""
    progress = shell.studio().answer_lists.progress(shell.actor(), project)
    if not answers.count_waiting(shell.actor(), project) and progress is None:
        return
    with st.container(border=True, key="rates_answers_card"):
        going = progress is not None and progress.is_going
        st.fragment(_body, run_every=1 if going else None)(project)


def _body(project: Project) -> None:
    actor, lists = shell.actor(), shell.studio().answer_lists
    waiting, progress = answers.count_waiting(actor, project), lists.progress(actor, project)
    going = progress is not None and progress.is_going
    about = "they are accepted, and no export takes them until they are answered" if waiting else "all are answered"
    owed = f"{count(waiting, 'accepted instruction')} without an answer to the present text"
    kit.show("rates", h("div", {"class": "hd"}, h("span", {"class": "h"}, owed), h("span", {"class": "lab"}, about)), *_said(progress), key="rates.answers.words")  # fmt: skip
    if going:
        if st.button("Stop", key="rates.answers.stop"):
            lists.stop(actor, project)
    elif waiting and actor.role is not Role.ANNOTATOR:
        first = answers.waiting(actor, project, most=_SHOWN)
        _offer(project, first[0], waiting)
        with st.expander("Which ones", key="rates.answers.which"):
            kit.show("rates", *(_line(project, one) for one in first), key="rates.answers.list")


def _offer(project: Project, first: Unanswered, waiting: int) -> None:
    """Who would be asked, what it takes at most, and the button."""
    with shell.problems("rates.answers"):
        offer = shell.studio().answers.offer(shell.actor(), project, first.id)
        most = "price not known" if offer.worst_usd is None else f"at most about {money(offer.worst_usd * waiting)}"
        kit.show("rates", h("p", {"class": "lab"}, f"{offer.endpoint}, {count(waiting, 'call')}, {most}. {offer.refusal}".rstrip()), key="rates.answers.offer")  # fmt: skip
        if st.button("Answer them", key="rates.answers.start", disabled=bool(offer.refusal)):
            shell.studio().answer_lists.start(shell.actor(), project)
            st.rerun()


def _said(now: CallProgress | None) -> list[kit.Element]:
    if now is None:
        return []
    left = f", about {duration(now.left_s)} left" if now.left_s else ""
    spent = "" if now.usd is None else f", {money(now.usd)}"
    words = f"{now.kept:,} of {now.total:,} answered, {now.failed:,} failed{spent}{left}. {now.reason}".rstrip()
    return [h("p", words)]


def _line(project: Project, one: Unanswered) -> kit.Element:
    where = f"/trees?project={project.slug}&seed={one.seed}&node={one.id}" + (f"&run={one.run}" if one.run else "")
    why = "answers an earlier text" if one.stale else "no answer"
    mark = kit.mark(one.status or "survived")
    return h("a", {"class": "l", "key": one.id, "href": where}, mark, kit.read(one.text, "one"), kit.mark("accepted"), h("span", {"class": "lab"}, why))  # fmt: skip
