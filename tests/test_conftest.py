"""The socket guard guards."""

import asyncio
import socket

import pytest

from tests.conftest import NotOnThisMachine


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as one, pytest.raises(NotOnThisMachine):
        one.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(NotOnThisMachine):
        socket.getaddrinfo("example.com", 443)


def test_asyncio_cannot_reach_another_machine() -> None:
    async def reach() -> None:
        await asyncio.open_connection("192.0.2.1", 80)

    with pytest.raises(NotOnThisMachine):
        asyncio.run(reach())


def test_this_machine_can_be_reached() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    address = ("localhost", server.getsockname()[1])
    with server, socket.create_connection(address, timeout=5) as one:
        assert one.getpeername()[0] == "127.0.0.1"
