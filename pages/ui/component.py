"""Our components in a page: each is an element that a module of components/ fills."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from pages.ui.modules import loader

_ROOT = '<div class="es"></div>'


def draw(name: str, data: Mapping[str, object], *, key: str, **says: Callable[[], None] | None) -> Any:
    """Draw components/{name} with `data`: anything that JSON has. `says` are the values that it may say, each with what is then called.

    The result has them by name; None stands for what was not said.
    """
    # In a list, which the loader opens: of what stands in a mapping Streamlit asks whether it is a table, and loads pandas for that.
    return _registered(name)(
        data=[data], key=key, **{f"on_{one}_change": called or _nothing for one, called in says.items()}
    )


@cache
def _registered(name: str) -> Callable[..., Any]:
    return st.components.v2.component(f"studio_{name}", html=_ROOT, js=loader(name))


def _nothing() -> None:
    """Streamlit offers a value of a component only when a callback is named for it."""
