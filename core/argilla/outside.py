"""Calls that may go to the public internet alone, whatever a name leads to at the moment when it is connected to."""

import socket

import httpx

from core.domain.reach import is_outside


class NotOutside(httpx.ConnectError):
    """The name leads to this machine or to its network."""


class OutsideAlone(httpx.BaseTransport):
    """Looks a server's name up by itself and calls the address that it looked at: the name cannot lead elsewhere in between.

    TLS still asks for the name's certificate, and the server still reads the name.
    """

    def __init__(self) -> None:
        self._way = httpx.HTTPTransport(retries=1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        request.extensions = {**request.extensions, "sni_hostname": name}
        request.url = request.url.copy_with(host=_outside(name, request))
        return self._way.handle_request(request)

    def close(self) -> None:
        self._way.close()


def _outside(name: str, request: httpx.Request) -> str:
    """The first address of a name. One that is not public ends it, even beside others that are: such a name is not to be trusted."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(name, request.url.port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    if not all(is_outside(address) for address in found):
        raise NotOutside("the name leads to this machine or its network", request=request)
    return found[0]
