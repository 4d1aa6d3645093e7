"""Where an address leads: out into the internet, or to this machine and the network around it."""

import ipaddress
import socket
from enum import StrEnum
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEAR_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain")


class Reach(StrEnum):
    """Whither a connection may go."""

    OUTSIDE = "outside"  # to addresses of the public internet alone
    ANYWHERE = "anywhere"  # to this machine and its network too: an owner said so


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as it is written: "http://127.0.0.1:8080". ValueError for what is no address."""
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the public internet. One that carries an IPv4 address in it counts as that one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_outside(str(inner))
        if found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def is_near(url: str) -> bool:
    """Whether an address leads to this machine or its network by what is written in it; no name is looked up.

    A name that leads there all the same is found when it is connected to.
    """
    host = (urlsplit(url.strip()).hostname or "").rstrip(".")
    try:
        return not is_outside(_spelled_out(host))
    except ValueError:
        return "." not in host or host.endswith(tuple(f".{ending}" for ending in _NEAR_ENDINGS))


def _spelled_out(host: str) -> str:
    """An IP address in its usual form: 127.1, 0x7f000001 and 2130706433 are all taken for 127.0.0.1. ValueError for a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        raise ValueError(host) from None


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which an IPv6 address leads, if it does."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
