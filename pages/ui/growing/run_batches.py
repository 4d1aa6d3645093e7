"""Asking by batch: chosen for a new run, shown while it goes, given up when a batch is gone."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from core.domain.batch import CANCELLED, COMPLETED, BatchNow
from core.domain.progress import RunProgress, RunSummary
from core.domain.run import LeftOver, RunSettings
from core.domain.system import Endpoint
from core.domain.task import TaskKind
from core.services.growing import batches
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import ago, count

_NOW, _BATCH = "Now", "By batch"
_LEFT = {LeftOver.NOW: "Ask it now", LeftOver.AGAIN: "Another batch"}
_KINDS = {
    TaskKind.EVOLVE: "evolving",
    TaskKind.JUDGE: "judging",
    TaskKind.RESPOND: "answering",
    TaskKind.SCORE: "scoring",
}
_LATEST = 8


def ask(settings: RunSettings, key: str) -> RunSettings:
    """Now or by batch, for each endpoint of the run that can; nothing is asked where none can."""
    able = batches.can_batch(shell.studio().endpoints.cast(shell.actor(), settings))
    if not able:
        return replace(settings, by_batch=())
    with st.container(border=True, key="runs_by_batch", horizontal=True, vertical_alignment="bottom"):
        chosen = [one for one in able if _is_by_batch(one, settings, f"{key}.ask.{one.name}")]
        left = settings.left_over
        if chosen:
            left = st.segmented_control(
                "What a batch leaves over",
                list(_LEFT),
                default=left,
                format_func=_LEFT.__getitem__,
                key=f"{key}.left",
                required=True,
                help="A batch may expire before it is done, or fail in parts. Asked now it costs the full price.",
            )
    return replace(settings, by_batch=tuple(one.name for one in chosen), left_over=LeftOver(left or LeftOver.NOW))


def _is_by_batch(endpoint: Endpoint, settings: RunSettings, key: str) -> bool:
    share = endpoint.batch_share or 0.0
    words = "half the price" if share == 0.5 else f"{100 * share:g} % of the price"
    chosen = st.segmented_control(
        f"Ask {endpoint.name}",
        (_NOW, _BATCH),
        default=_BATCH if endpoint.name in settings.by_batch else _NOW,
        format_func=lambda way: f"{way}: {words}, up to 24 h" if way == _BATCH else way,
        key=key,
        required=True,
    )
    return chosen == _BATCH


def card(now: RunProgress) -> kit.Element | None:
    """The run's batches, the newest first; None if it has none."""
    if not now.run.settings.by_batch:
        return None
    shown = now.batches[::-1][:_LATEST]
    rest = len(now.batches) - len(shown)
    head = ("Batch", "State", "Calls", "Answered", "Failed", "Left over", "Asked")
    first = "The first one goes out as soon as nothing more can be put into it."
    return h(
        "div",
        {"class": "card"},
        h(
            "div",
            {"class": "hd"},
            h("span", {"class": "h"}, "Batches"),
            h("span", {"class": "lab"}, _about(now, rest)),
        ),
        h(
            "table",
            h("tr", *(h("th", {"scope": "col"}, word) for word in head)),
            *map(_row, shown),
        )
        if shown
        else h("p", {"class": "dim"}, first),
        *_notes(now),
    )


def _about(now: RunProgress, rest: int) -> str:
    going = [one for one in now.batches if not one.is_closed]
    said = f"{len(going):,} under way" if going else "none under way"
    return said + (f", {rest:,} older ones not shown" if rest else "")


def _row(one: BatchNow) -> kit.Element:
    what = ", ".join(f"{_KINDS[TaskKind(kind)]} {n:,}" for kind, n in one.what.items())
    asked = ago(one.asked_at, datetime.now(UTC)) if one.asked_at else "–"
    cells = (f"{one.n:,}", f"{one.done:,}", f"{one.failed:,}", f"{one.left:,}" if one.is_closed else "–", asked)
    return h(
        "tr",
        h("td", f"{one.number} · {one.endpoint}", h("span", {"class": "lab"}, f" {what}")),
        h("td", _mark(one)),
        *(h("td", {"class": "num"}, cell) for cell in cells),
    )


def _mark(one: BatchNow) -> kit.Element:
    state = batches.state_of(one)
    if not one.is_closed:
        return kit.mark("waiting", state)
    if one.status == COMPLETED and not one.is_dropped:
        return kit.mark("survived", state)
    return kit.mark("set_aside" if one.is_dropped or one.status == CANCELLED else "error", state)


def _notes(now: RunProgress) -> list[kit.Element]:
    """What is wrong with a batch just now, and what goes on while nobody looks."""
    notes = [
        kit.note("error", f"Batch {one.number}", f"{now.troubles[one.id]} It is asked again until it answers.")
        for one in now.batches
        if one.id in now.troubles
    ]
    going = [one for one in now.batches if not one.is_closed]
    if going and now.live:
        notes.append(kit.note("waiting", "Waits", "Close the studio if you like: a batch goes on at its endpoint."))
    elif going:
        what = count(len(going), "batch", "batches")
        notes.append(kit.note("waiting", "Waits", f"{what} at the endpoint. Resume to fetch what they bring."))
    said = [one for one in now.batches[::-1][:_LATEST] if one.detail and one.is_closed]
    return notes + [kit.note("set_aside", f"Batch {one.number}", one.detail) for one in said[:3]]


def give_up(project: Project, run: RunSummary) -> None:
    """A button for each batch of a run that stands: the way out if its endpoint does not know it any more."""
    if not run.settings.by_batch or shell.studio().live.is_live(run.id):
        return
    for one in batches.of_run(shell.actor(), project, run.id):
        if not (one.is_closed or one.is_forgotten) and st.button(
            f"Give batch {one.number} up…", key=f"runs.give_up.{one.number}", width="stretch"
        ):
            _confirm(project, one)


@st.dialog("Give the batch up?")
def _confirm(project: Project, one: BatchNow) -> None:
    about = (
        f"Nothing of batch {one.number} is fetched any more. Its {count(one.n, 'call')} may have been carried out, so they count"
        " at their worst case; when the run goes on they are asked again. Do this only if the endpoint has lost it."
    )
    kit.show("stop", h("p", about), key="runs.give_up.words")
    yes, no = st.columns(2)
    if yes.button("Give it up", key="runs.give_up.yes", width="stretch"):
        batches.forget(shell.actor(), project, shell.studio().live, one.id)
        st.rerun()
    if no.button("Keep it", key="runs.give_up.no", type="primary", width="stretch"):
        st.rerun()
