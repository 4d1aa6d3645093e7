"""A wire that listens: every byte that the app sends to a browser, pages, scripts, answers and websocket frames alike.

The browser talks to the wire, the wire to the app. Compression is refused on the way, so that what is searched is what was said;
one connection carries one request, so that only its first head has to be changed.
"""

import socket
import threading
from urllib.parse import urlsplit

_CHUNK = 65_536
_END = b"\r\n\r\n"
_REFUSED = (b"accept-encoding:", b"sec-websocket-extensions:")


class Wire:
    """`with Wire(app.url) as wire:` open `wire.url` in a browser; `wire.heard()` is all that came."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._app = (str(parts.hostname), int(parts.port or 80))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._heard: list[bytearray] = []  # by connection
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Wire":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        for one in tuple(self._open):
            _shut(one)
        for thread in tuple(self._threads):
            thread.join(timeout=10)

    def heard(self) -> bytes:
        """All of it, connection by connection."""
        return b"\n".join(bytes(one) for one in tuple(self._heard))

    def _start(self, work: object, *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._server.accept()
            except OSError:  # closed: the test is over
                return
            self._start(self._carry, browser)

    def _carry(self, browser: socket.socket) -> None:
        try:
            head, rest = _head(browser)
            app = socket.create_connection(self._app)
        except OSError:
            _shut(browser)
            return
        self._open |= {browser, app}
        said = bytearray()
        self._heard.append(said)
        app.sendall(_plain(head) + rest)
        self._start(_pump, browser, app, bytearray())
        _pump(app, browser, said)


def _head(browser: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request, and what came with it. OSError if the browser went away before it was whole."""
    came = b""
    while _END not in came:
        more = browser.recv(_CHUNK)
        if not more:
            raise ConnectionResetError
        came += more
    head, rest = came.split(_END, 1)
    return head, rest


def _plain(head: bytes) -> bytes:
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(_REFUSED)]
    if not any(line.lower().startswith(b"upgrade:") for line in lines):
        lines = [line for line in lines if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
    return b"\r\n".join(lines) + _END


def _pump(source: socket.socket, target: socket.socket, said: bytearray) -> None:
    try:
        while more := source.recv(_CHUNK):
            said += more
            target.sendall(more)
    except OSError:  # either side went away
        pass
    _shut(target)


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is shut already
        pass
    one.close()
