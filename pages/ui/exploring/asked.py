"""What of a view is looked at: it stands in the address, and widgets change it there."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.ui.exploring import behind

T = TypeVar("T", bound=str)


def one_of(name: str, known: Sequence[T], usual: T) -> T:
    """What the address says, if it is one of these."""
    said = st.query_params.get(name)
    return next((one for one in known if one == said), usual)


def put(name: str, value: str) -> None:
    """Into the address; a list that stands open is closed."""
    behind.forget()
    st.query_params[name] = value


def segments(label: str, name: str, options: Sequence[str], chosen: str, words: Callable[[str], str]) -> None:
    """A choice among few."""
    key = f"explore.{name}"
    st.session_state[key] = chosen
    st.segmented_control(
        label, options, format_func=words, key=key, label_visibility="collapsed", required=True,
        on_change=lambda: put(name, st.session_state[key]),
    )  # fmt: skip


def select(
    label: str, name: str, options: Sequence[str], chosen: str, words: Callable[[str], str], *, width: int = 260
) -> None:
    """A choice among many."""
    key = f"explore.{name}"
    st.session_state[key] = chosen
    st.selectbox(
        label, options, format_func=words, key=key, label_visibility="collapsed", width=width,
        on_change=lambda: put(name, st.session_state[key]),
    )  # fmt: skip
