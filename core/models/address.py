"""An endpoint's address as people write it, made usable or refused with the next step."""

import ipaddress
from urllib.parse import urlsplit

from core.errors import EndpointError

_TOO_MUCH = ("/chat/completions", "/completions", "/models")
_EXAMPLE = "Write it like https://api.openai.com/v1 or http://127.0.0.1:8080/v1."


def tidy_address(base_url: str) -> str:
    """The address without spaces, trailing slash or a copied route. Raises EndpointError if no call could reach it."""
    address = base_url.strip().rstrip("/")
    for route in _TOO_MUCH:
        address = address.removesuffix(route)
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not address.isprintable() or " " in address:
        raise EndpointError("This is no address of a server.", where=base_url.strip()[:200], to_do=_EXAMPLE)
    if "@" in parts.netloc:
        raise EndpointError(
            "The address holds a name or password.",
            where=parts.hostname or "",
            to_do="Put the key into an environment variable instead.",
        )
    if parts.query or parts.fragment:
        raise EndpointError("The address has a part after ? or #.", where=address[:200], to_do=_EXAMPLE)
    return address


def is_loopback(address: str) -> bool:
    """The server runs on this machine: no proxy is asked for it."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_openai(address: str) -> bool:
    """OpenAI's own servers: only they are told the organisation and project that the environment names."""
    host = urlsplit(address).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")
