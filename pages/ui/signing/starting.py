"""What is looked at before the studio listens: that its settings can be, and that it does not stand open."""

from ipaddress import ip_address

import streamlit as st
from pydantic import ValidationError

from core.errors import ProjectError
from core.settings import Settings

_HOW = (
    "Set up sign-in first: EVOL_STUDIO_SIGN_IN=accounts (or oidc), see docs/people.md. "
    "Or listen on this machine alone: --server.address 127.0.0.1."
)


def safe_settings() -> Settings:
    """Those of this start. ProjectError if anybody on the network could be the owner, if nobody could sign in, or for a setting that cannot be."""
    settings, address = _settings(), st.get_option("server.address")
    if not settings.asks_who and not _is_loopback(str(address or "")):
        raise ProjectError(
            f"It would listen on {address or 'every address'}, where anybody could do everything", to_do=_HOW
        )
    if settings.sign_in == "oidc" and not provider_names():
        raise ProjectError(
            "EVOL_STUDIO_SIGN_IN is oidc, and no provider is set up",
            to_do="Write the section [auth] of .streamlit/secrets.toml; docs/people.md has one.",
        )
    return settings


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors()[0]
        name = "_".join(["EVOL_STUDIO", *map(str, wrong["loc"])]).upper()
        raise ProjectError(
            f"{name}: {wrong['msg']}", to_do="Correct it; docs/operating.md lists all settings."
        ) from None


def provider_names() -> tuple[str, ...]:
    """The providers of secrets.toml as st.login knows them; "" is the one without a name."""
    if not st.secrets.load_if_toml_exists():
        return ()
    auth = st.secrets.get("auth", {})
    named = tuple(name for name, one in auth.items() if hasattr(one, "get") and one.get("client_id"))
    return (*(("",) if auth.get("client_id") else ()), *named)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
