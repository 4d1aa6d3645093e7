"""A file that somebody chooses: sent, or named by its path on the studio's computer. It stays chosen until it was taken or another is."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.path_form import path_form
from pages.ui.upload_box import upload_box
from pages.ui.uploads import throw_away, upload_path


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A file that is looked at. `upload` is the id under which it was sent or fetched, "" for one on this computer."""

    path: Path
    name: str
    upload: str


def get(key: str) -> Chosen | None:
    """What was chosen under this key; None if nothing is, or it is gone from the disk."""
    found: Chosen | None = st.session_state.get(f"{key}.chosen")
    if found is not None and not found.path.is_file():
        forget(key)
        return None
    return found


def keep(key: str, chosen: Chosen) -> None:
    """From now on this file is looked at: the page is drawn anew."""
    st.session_state[f"{key}.chosen"] = chosen
    st.rerun()


def forget(key: str) -> None:
    """Nothing is chosen any more; what was sent is thrown away, and the box begins anew."""
    chosen: Chosen | None = st.session_state.pop(f"{key}.chosen", None)
    st.session_state[f"{key}.boxes"] = st.session_state.get(f"{key}.boxes", 0) + 1
    if chosen is not None and chosen.upload:
        throw_away(chosen.upload)


def ask(key: str, placeholder: str) -> None:
    """The box, and for an owner the path."""
    sent = upload_box(key=f"{key}.box.{st.session_state.get(f'{key}.boxes', 0)}")
    if sent is not None:
        keep(key, Chosen(path=upload_path(sent.id), name=sent.name, upload=sent.id))
    file = path_form(key, placeholder)
    if file is not None:
        keep(key, Chosen(path=file, name=file.name, upload=""))
