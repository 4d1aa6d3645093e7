"""What all tests share: no connection leaves this machine, except to fetch weights where a test is marked so."""

import ipaddress
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chrome import MISSING, find_chrome


class NotOnThisMachine(AssertionError):
    """A test tried to reach another machine."""


class _SocketGuard:
    """An audit hook sees every connection and name look-up of this process, whatever library makes it."""

    def __init__(self) -> None:
        self.is_open = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_open or event not in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            return
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(address, tuple) or event == "socket.getaddrinfo":
            _refuse_other_machines(host)


def _refuse_other_machines(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        is_ours = ipaddress.ip_address(str(name)).is_loopback or str(name) in ("0.0.0.0", "::")
    except ValueError:
        is_ours = False
    if not is_ours:
        raise NotOnThisMachine(f"a test tried to reach {name}")


_GUARD = _SocketGuard()
sys.addaudithook(_GUARD)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Opens the guard around a whole test, its fixtures included: only a test marked `weights` may download."""
    _GUARD.is_open = item.get_closest_marker("weights") is not None
    try:
        return (yield)
    finally:
        _GUARD.is_open = False


@pytest.fixture(scope="session")
def chrome() -> Path:
    """The installed browser."""
    found = find_chrome()
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found
