"""What the console says at the start: how the first owner comes in, and where."""

import sys
from urllib.parse import urlsplit

import streamlit as st

from core.services.studio import Studio
from core.settings import Settings


def greet(studio: Studio) -> None:
    """While no owner can sign in, the console has the link that lets the first one in."""
    if not studio.door.asks:
        return
    token = studio.letting_in.first_owner_link()
    if token:
        sys.stderr.write(
            f"\nNobody can sign in as an owner yet. Whoever opens this link first becomes the owner; it holds for a day:\n\n"
            f"    {address_of(studio.settings)}/sign-in#{token}\n\n"
        )
        sys.stderr.flush()


def address_of(settings: Settings) -> str:
    """Where people find the studio, as far as it knows: its first public name, else this machine's."""
    port = st.get_option("server.port")
    named = next((one.strip() for one in settings.host.split(",") if one.strip()), "")
    if not named:
        return f"http://127.0.0.1:{port}"
    if "//" in named:
        return named.rstrip("/")
    return f"http://{named}" if urlsplit(f"//{named}").port else f"http://{named}:{port}"
