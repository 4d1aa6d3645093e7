"""Where a run's calls are made from: this computer, or workers of the installation's cluster; and how these stand."""

from collections import Counter
from dataclasses import replace

import streamlit as st

from core.domain.cluster import MOST_WORKERS, WorkerNow, WorkerState
from core.domain.run import RunSettings
from pages.ui import kit, shell
from pages.ui.words import count

_HERE, _THERE = "This computer", "The cluster"
_USUAL = 2
_STANDS = {
    WorkerState.READY: "ready",
    WorkerState.OPENING: "starting their model",
    WorkerState.COMING: "waiting for a place",
    WorkerState.LOST: "lost and being replaced",
}


def ask(settings: RunSettings, key: str) -> RunSettings:
    """Only where there is a cluster; elsewhere there is nothing to choose."""
    address = shell.studio().clusters.address(shell.actor())
    if not address:
        return replace(settings, workers=0)
    one, two = st.columns(2)
    where = one.segmented_control(
        "Calls are made from", (_HERE, _THERE), default=_THERE if settings.workers else _HERE, key=f"{key}.where",
        required=True, help=f"Workers on the cluster at {address} ask the endpoints from their own machines.",
    )  # fmt: skip
    workers = two.number_input(
        "Workers", 1, MOST_WORKERS, settings.workers or _USUAL, key=f"{key}.workers", disabled=where != _THERE,
        help="An endpoint at 127.0.0.1 is each worker's own, on its machine; any other is shared by all.",
    )  # fmt: skip
    return replace(settings, workers=int(workers) if where == _THERE else 0)


def notes(crew: tuple[WorkerNow, ...]) -> list[kit.Element]:
    """How the workers stand, in a line; and of those that are lost, why."""
    if not crew:
        return []
    states = Counter(one.state for one in crew)
    said = ", ".join(f"{n} {_STANDS[state]}" for state, n in states.items())
    nodes = {one.node for one in crew if one.node}
    where = f" on {count(len(nodes), 'machine')}" if nodes else ""
    found = [kit.note("saved", count(len(crew), "worker"), f"{said}{where}.")]
    lost = [one for one in crew if one.state is WorkerState.LOST and one.words]
    return found + [kit.note("error", "Lost", f": {one.words}.") for one in lost[:3]]
