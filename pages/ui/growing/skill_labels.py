"""Skills by a model: what it will take, a cap, how far it is, and how to stop it."""

import streamlit as st

from core.domain.calling import CallProgress
from core.domain.run import Caps
from core.domain.system import EMBEDDED
from core.services.growing import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, duration, money


def card(project: Project) -> None:
    """Only where there is something to label, or something was labelled just now."""
    now = shell.studio().skills.progress(shell.actor(), project)
    if now is not None and now.is_going:
        st.fragment(_going, run_every=1)(project)
        return
    if now is not None:
        kit.show("hint", h("p", {"class": "lab"}, f"{_counts(now)} {now.reason}".strip()), key="seeds.labelled")
    if seeds.skills(shell.actor(), project).get("") and st.button("Let a model name the skills", key="seeds.label"):
        _dialog(project)


def _going(project: Project) -> None:
    now = shell.studio().skills.progress(shell.actor(), project)
    if now is None or not now.is_going:
        st.rerun()
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{100 * now.done / max(1, now.total):.1f}%"}}))
    words = f"{now.done:,} of {count(now.total, 'seed')}, {now.per_s or 0:.1f} a second{left}. {_counts(now)}"
    with st.container(border=True, key="seeds_labelling_card"):
        kit.show(
            "way",
            h("div", {"class": "h"}, "Naming skills"),
            track,
            h("div", {"class": "n"}, words),
            key="seeds.labelling",
        )
        st.button("Stop", key="seeds.label.stop", on_click=shell.studio().skills.stop, args=(shell.actor(), project))


def _counts(now: CallProgress) -> str:
    cost = f", {money(now.usd)}" if now.usd is not None else ""
    return f"{now.kept:,} named, {now.unclear:,} unclear, {now.failed:,} failed; {now.tokens:,} tokens{cost}."


@st.dialog("Let a model name the skills", width="medium")
def _dialog(project: Project) -> None:
    with shell.problems("label"):
        names = [endpoint.name for endpoint in shell.studio().endpoints.list(shell.actor())]
        endpoint = st.selectbox(
            "Endpoint",
            names,
            format_func=lambda each: "The embedded model" if each == EMBEDDED else each,
            key="seeds.label.endpoint",
        )
        one, two, three = st.columns(3)
        there = seeds.skills(shell.actor(), project).get("", 0)
        most = one.number_input("Seeds without a skill", 1, max(1, there), max(1, there), key="seeds.label.most")
        tokens = two.number_input("Cap on tokens", 1, None, None, key="seeds.label.tokens", placeholder="no cap")
        usd = three.number_input("Cap on dollars", 0.01, None, None, key="seeds.label.usd", placeholder="no cap")
        said = shell.studio().skills.estimate(shell.actor(), project, endpoint, int(most))
        price = "nothing" if endpoint == EMBEDDED else money(said.usd)
        words = (
            f"One call a seed, one of 29 names each: about {said.calls:,} calls, {said.tokens:,} tokens, {price},"
            f" {duration(said.duration_s or 0)}. Names that are there already stay."
        )
        kit.show("hint", h("p", words), key="seeds.label.estimate")
        if st.button("Begin", type="primary", key="seeds.label.begin"):
            caps = Caps(tokens=int(tokens) if tokens else None, usd=usd or None)
            shell.studio().skills.start(shell.actor(), project, endpoint, caps=caps, most=int(most))
            st.rerun()
