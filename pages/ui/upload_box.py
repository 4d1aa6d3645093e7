"""The box in which a file is chosen or dropped; it streams the file to the studio's own route."""

from dataclasses import dataclass
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.ui.modules import loader
from pages.ui.uploads import most_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploaded:
    """A file that has arrived. `name` is what the person's computer calls it: text, never a path."""

    id: str
    name: str


@cache
def _box() -> ComponentRenderer:
    return st.components.v2.component("studio_upload", html='<div class="es"></div>', js=loader("upload"))


def _nothing() -> None:
    """Streamlit offers a value of a component only when a callback is named for it."""


def upload_box(key: str) -> Uploaded | None:
    """Draw the box. Returns the file once it has arrived, until the key changes."""
    result = _box()(data={"most_bytes": most_bytes()}, key=key, on_file_change=_nothing)
    file = result.get("file")
    if not isinstance(file, dict):
        return None
    name = "".join(letter for letter in str(file.get("name", "")) if letter.isprintable())[:200]
    return Uploaded(id=str(file.get("id", "")), name=name or "A file")
