"""A link that lets somebody in, shown once."""

from urllib.parse import urlsplit

import streamlit as st

from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.signing.greeting import address_of


def link_to(token: str, *, key: str) -> None:
    """The whole address; the token stands behind the #, which browsers keep to themselves."""
    here = urlsplit(st.context.url or address_of(shell.studio().settings))
    st.code(f"{here.scheme}://{here.netloc}/sign-in#{token}", language=None, wrap_lines=True)
    kit.show("hint", h("p", {"class": "lab"}, "It is shown this once. Whoever has it may use it, once."), key=key)
