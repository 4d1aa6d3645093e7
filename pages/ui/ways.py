"""Home's three ways to begin, and the line that takes one back to where one left off."""

from collections.abc import Callable

import streamlit as st

from core.domain.progress import RunSummary
from core.domain.run import RunEventKind
from core.services.embedded import Fetch
from core.services.projects import DEMO, FIRST
from core.services.studio import TRY_NAME
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import bytes_in_words, duration

_HEIGHT = 214
_STATES = {
    RunEventKind.STARTED: "is growing",
    RunEventKind.RESUMED: "is growing",
    RunEventKind.PAUSED: "is paused",
    RunEventKind.STOPPED: "is stopped",
    RunEventKind.INTERRUPTED: "was interrupted",
    RunEventKind.BLOCKED: "cannot go on",
    RunEventKind.FINISHED: "is finished",
}


def _words(name: str, title: str, text: str, note: str, *more: kit.Child) -> None:
    kit.show(
        "way",
        h("div", {"class": "t"}, title),
        h("div", text),
        h("div", {"class": "n"}, note),
        *more,
        key=f"home.{name}.words",
    )


def left_off() -> None:
    """The newest run of the project that one is in (the demo is nobody's own), if there is one."""
    studio, wanted = shell.studio(), shell.wanted_project()
    slug = FIRST if wanted == DEMO else wanted
    if not studio.projects.exists(slug):
        return
    newest = next(iter(studio.runs.list(shell.actor(), shell.open_project(slug, shell.actor()))), None)
    if newest is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="home_left_off"):
        said = _STATES.get(RunEventKind(newest.state), "") if newest.state != "preparing" else "was interrupted"
        kit.show("line", h("p", h("b", f"Run {newest.number} · {newest.name}"), f" {said}."), key="home.left_off")
        if st.button("Continue there", key="home.continue"):
            _go_to_run(slug, newest)


def _go_to_run(slug: str, run: RunSummary) -> None:
    shell.choose_project(slug)
    st.switch_page("../runs.py", query_params={"project": slug, "run": run.id})


def look_around() -> None:
    with st.container(border=True, key="home_look_card", height=_HEIGHT, vertical_alignment="distribute"):
        _words(
            "look",
            "Look around",
            "A finished project, grown by the small model: every tree, every check.",
            "No download",
        )
        if st.button("Open the demo", key="home.demo"):
            shell.open_project(DEMO, shell.actor())
            shell.choose_project(DEMO)
            st.switch_page("../trees.py", query_params={"project": DEMO})


def try_now() -> None:
    """Fetch with progress and cancel, then watch it grow. A second time it goes on where one left."""
    fetching = shell.studio().embedded.fetch().running or bool(st.session_state.get("home.waiting"))
    st.fragment(_try_card, run_every=1 if fetching else None)()


def _try_card() -> None:
    with st.container(border=True, key="home_try_card", height=_HEIGHT, vertical_alignment="distribute"):
        _try_now()


def _try_now() -> None:
    embedded = shell.studio().embedded
    fetch, state = embedded.fetch(), embedded.state()
    if fetch.running:
        _fetching(fetch)
        return
    if st.session_state.pop("home.waiting", False) and not fetch.problem and state.kind == "ready":
        _watch()
    have = f"{bytes_in_words(state.done_bytes)} of {bytes_in_words(state.total_bytes)} are here"
    note = {"ready": "The model is here. About 5 minutes", "partial": f"{have}, then about 5 minutes"}.get(
        state.kind, f"{bytes_in_words(state.total_bytes)} once, then about 5 minutes"
    )
    more = kit.note("error", "Not fetched", fetch.problem) if fetch.problem else None
    text = "A small model on this computer grows five seeds for two epochs. You watch the trees appear."
    _words("try", "Try it now", text, note, more)
    if st.button("Go on fetching" if state.kind == "partial" else "Start growing", type="primary", key="home.try"):
        st.session_state["home.waiting"] = True
        shell.studio().try_now(shell.actor())
        st.rerun()


def _fetching(fetch: Fetch) -> None:
    now = fetch.progress
    share = 100 * now.done_bytes / now.total_bytes if now else 0
    if now is None:
        said = "Looking for the model …"
    elif now.done_bytes >= now.total_bytes:
        said = "Checking the file and starting the model …"
    else:
        left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
        said = (
            f"{bytes_in_words(now.done_bytes)} of {bytes_in_words(now.total_bytes)},"
            f" {bytes_in_words(round(now.rate_bytes_s))}/s{left}"
        )
    track = h("div", {"class": "track"}, h("i", {"style": {"width": f"{share:.1f}%"}}))
    _words("try", "Try it now", "The model is being fetched. You can leave this page; it goes on.", said, track)
    if st.button("Cancel", key="home.cancel", disabled=now is not None and now.done_bytes >= now.total_bytes):
        st.session_state.pop("home.waiting", None)
        shell.studio().embedded.cancel_fetch()


def _watch() -> None:
    """The run that was waited for has begun: go and see it."""
    project = shell.open_project(FIRST, shell.actor())
    for run in shell.studio().runs.list(shell.actor(), project):
        if run.name == TRY_NAME:
            _go_to_run(FIRST, run)


def my_endpoint(dialog: Callable[[], None]) -> None:
    with st.container(border=True, key="home_endpoint_card", height=_HEIGHT, vertical_alignment="distribute"):
        text = "Any server that speaks the OpenAI API. The key stays in your environment."
        _words("endpoint", "Use my endpoint", text, "You see the estimate before anything is spent")
        if st.button("Connect", key="home.connect"):
            dialog()
