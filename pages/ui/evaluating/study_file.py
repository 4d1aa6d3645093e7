"""A file for a study: sent by the browser or named by its path, looked at, then taken or let go."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.path_form import path_form
from pages.ui.upload_box import upload_box
from pages.ui.uploads import throw_away, upload_path


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A file that is looked at. `upload` is the id under which it was sent, "" for one on this computer."""

    path: Path
    name: str
    upload: str


def chosen(key: str) -> Chosen | None:
    """The file that is looked at under this key, if there is one."""
    found: Chosen | None = st.session_state.get(f"{key}.chosen")
    return found


def ask(key: str, example: str) -> None:
    """Draw the box and the path; once a file is chosen the page is drawn again."""
    sent = upload_box(key=f"{key}.box.{st.session_state.get(f'{key}.boxes', 0)}")
    if sent is not None:
        _choose(key, Chosen(path=upload_path(sent.id), name=sent.name, upload=sent.id))
    file = path_form(key, example)
    if file is not None:
        _choose(key, Chosen(path=file, name=file.name, upload=""))


def forget(key: str) -> None:
    """Nothing is chosen any more; the box begins anew, and an upload is thrown away."""
    was: Chosen | None = st.session_state.pop(f"{key}.chosen", None)
    st.session_state[f"{key}.boxes"] = st.session_state.get(f"{key}.boxes", 0) + 1
    if was is not None and was.upload:
        throw_away(was.upload)


def _choose(key: str, file: Chosen) -> None:
    st.session_state[f"{key}.chosen"] = file
    st.rerun()
