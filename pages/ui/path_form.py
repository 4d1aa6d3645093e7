"""A field for the path of a file on the studio's computer, for owners: whoever else grows sends files by the browser."""

from pathlib import Path

import streamlit as st

from core.domain.person import Role
from core.services import named_files
from pages.ui import shell


def path_form(key: str, example: str, *, go: str = "Look at it") -> Path | None:
    """The file that was named just now; None if none was. Raises BadInput for what is no file."""
    if shell.actor().role is not Role.OWNER:
        return None
    with st.form(f"{key}.by_path", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        path = st.text_input("Or its path on the studio's computer", placeholder=example, key=f"{key}.path")
        asked = st.form_submit_button(go, key=f"{key}.path.go")
    return named_files.file_named(shell.actor(), path) if asked and path.strip() else None
