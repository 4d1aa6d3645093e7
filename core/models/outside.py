"""Connections that may go to the public internet alone, whatever a name leads to at the moment when it is connected to."""

import socket
from typing import Any

import aiohttp
import httpx2
from openai import DefaultAioHttpClient

from core.domain.reach import is_outside


class NotOutside(OSError):
    """The address is one of this machine or of its network."""


class OutsideAlone(DefaultAioHttpClient):
    """The client's own HTTP client, which looks at each address before it connects. A proxy of the environment connects for itself.

    `_init_transport` is where httpx lets a client choose how it connects; ways through a proxy are made elsewhere, and stay.
    """

    def _init_transport(self, *args: Any, **kwargs: Any) -> httpx2.AsyncBaseTransport:
        transport: Any = super()._init_transport(*args, **kwargs)

        def session() -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(
                keepalive_timeout=transport.limits.keepalive_expiry,
                ssl=transport.ssl_context,
                limit=transport.limits.max_connections,
                socket_factory=_outside_socket,
            )
            return aiohttp.ClientSession(connector=connector)

        transport.client = session
        return transport  # type: ignore[no-any-return]


def _outside_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket for an address that was found for a name, just before it is connected to. Raises NotOutside."""
    family, kind, protocol, _, (host, *_) = address
    if not is_outside(str(host)):
        raise NotOutside(f"the name leads to {host}")
    return socket.socket(family=family, type=kind, proto=protocol)
