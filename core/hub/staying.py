"""What a hub's child process may reach: the hub, the public internet, and of this machine no more than its own files.

A dataset's card is somebody else's text, and may name files of this machine or servers in its network as the dataset's own; a hub's
answer may lead to one. So each connection is looked at when it is made, and each file's name before it is read.
"""

import os
import socket
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from core.domain.reach import is_outside
from core.hub.saying import Stopped, Trouble

_OWN = "hf://datasets/"
_PORTS = {"http": 80, "https": 443}


def stay_outside() -> None:
    """From now on this process connects to the public internet, to the hub that the environment names, and to its proxies."""
    known = _known()

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event != "socket.connect" or not isinstance(address := arguments[1], tuple):
            return
        host, port = str(address[0]), int(address[1])
        if (host, port) not in known and not is_outside(host):
            raise Stopped(Trouble.OTHER, f"It leads to {host}, an address of this machine or its network")

    sys.addaudithook(look)


def _known() -> frozenset[tuple[str, int]]:
    """Where whoever started the studio lets the hub be asked."""
    named = (os.environ.get("HF_ENDPOINT", ""), *urllib.request.getproxies().values())
    found: set[tuple[str, int]] = set()
    for url in filter(None, named):
        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port or _PORTS.get(parts.scheme, 0)
        try:
            addresses = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except OSError:
            continue
        found |= {(str(one[4][0]), port) for one in addresses}
    return frozenset(found)


def require_own(files: Mapping[object, Iterable[object]] | None) -> None:
    """Stopped unless every file of a dataset, packed in another or not, lies on the hub."""
    named = [str(one) for of_split in (files or {}).values() for one in of_split]
    if not named or not all(one.rpartition("::")[2].startswith(_OWN) for one in named):
        raise Stopped(Trouble.OTHER, "Its card names files that are not its own")
