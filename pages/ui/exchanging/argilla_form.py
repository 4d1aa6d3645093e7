"""What to send to Argilla, and where: asked once, tried before anything is made there."""

from collections.abc import Sequence

import streamlit as st

from core.domain.argilla import LinkNow, Place, What
from core.services.evaluating import studies
from core.services.projects import Project
from core.services.reviewing import queues
from pages.ui import kit, shell
from pages.ui.kit import h

_ENV, _SECRET = "Environment variable", "Entry of secrets.toml"
_USUAL_TOKEN = "ARGILLA_API_KEY"


@st.dialog("Send a queue or a study", width="medium")
def dialog(project: Project, links: Sequence[LinkNow]) -> None:
    with shell.problems("data.argilla.form"):
        going = {one.link.subject_id for one in links if not one.ended}
        what, subject = _subject(project, going)
        place = _place(links)
        left, right = st.columns(2)
        if left.button("Try the connection", key="data.argilla.try", width="stretch"):
            _tried(place)
        is_ready = subject is not None and bool(place.url and place.workspace)
        if right.button("Send", type="primary", key="data.argilla.send", width="stretch", disabled=not is_ready):
            link = shell.studio().argilla.connect(shell.actor(), project, what, str(subject), place)
            shell.studio().argilla_work.begin_push(shell.actor(), project, link)
            st.rerun()


def _subject(project: Project, going: set[str]) -> tuple[What, str | None]:
    """What is sent: a queue, or a study that takes judgments now."""
    what = st.segmented_control(
        "What", list(What), format_func=lambda one: str(one).capitalize(), default=What.QUEUE, key="data.argilla.what",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    if what is What.STUDY:
        every = [one.study for one in studies.lines(shell.actor(), project) if one.study.takes_judgments]
        names = {one.id: f"{one.name}, version {one.version}" for one in every if one.id not in going}
        about = "Prompts and responses go there under letters; in which order is drawn here, and no name of a system is sent."
        nothing = "No study takes judgments now."
    else:
        saved = [one for one in queues.every(shell.actor(), project) if not one.archived]
        names = {one.id: one.name for one in saved if one.id not in going}
        about = "Everything that the queue means now goes there, with our verdicts as suggestions where it does not hide them."
        nothing = "Every queue stands in Argilla already."
    subject = st.selectbox(
        "Which", list(names), format_func=names.__getitem__, key=f"data.argilla.which.{what}", placeholder=nothing
    )
    kit.show("hint", h("p", {"class": "dim"}, about if names else nothing), key="data.argilla.about")
    return what or What.QUEUE, subject


def _place(links: Sequence[LinkNow]) -> Place:
    """Where to; as the last time, if there was one."""
    before = links[0].link.place if links else Place(url="", workspace="", key_env=_USUAL_TOKEN)
    url = st.text_input(
        "Address of the server", before.url, key="data.argilla.url", placeholder="http://127.0.0.1:6900"
    )
    one, two, three = st.columns(3)
    workspace = one.text_input("Workspace", before.workspace, key="data.argilla.workspace", placeholder="argilla")
    kind = two.selectbox(
        "The token stands in", (_ENV, _SECRET), index=int(bool(before.key_secret)), key="data.argilla.kind"
    )
    name = three.text_input("Its name there", before.key_env or before.key_secret or "", key="data.argilla.key").strip()
    return Place(
        url=url.strip(), workspace=workspace.strip(), key_env=name if kind == _ENV and name else None,
        key_secret=name if kind == _SECRET and name else None,
    )  # fmt: skip


def _tried(place: Place) -> None:
    found = shell.studio().argilla.look(shell.actor(), place)
    names = ", ".join(found.workspaces) or "none"
    words = f"Argilla {found.version}, as {found.user} ({found.role}). Workspaces: {names}."
    kit.show("hint", kit.note("saved", "It answers", words), key="data.argilla.tried")
