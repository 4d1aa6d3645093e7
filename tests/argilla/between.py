"""A real HTTP server between the studio and Argilla that passes everything on, and misbehaves where a test says so."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BULK = "/records/bulk"


@dataclass
class Between:
    """`drop_reply`: of these bulk calls (from 1) the server does what is asked, and nobody hears of it.

    `refuse`: these are answered with a status instead. `after`: called once so many bulk calls were passed on.
    """

    target: str
    url: str = ""
    bulks: int = 0
    drop_reply: set[int] = field(default_factory=set)
    refuse: dict[int, int] = field(default_factory=dict)
    after: Callable[[int], None] | None = None
    sizes: list[int] = field(default_factory=list)


@contextmanager
def between(target: str) -> Iterator[Between]:
    state = Between(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: Between) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"state": state})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Between

    def _pass_on(self) -> None:
        state, nth = self.state, 0
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if BULK in self.path:
            state.bulks += 1
            nth = state.bulks
            state.sizes.append(body.count(b'"external_id"'))
        if nth in state.refuse:
            self._answer(state.refuse[nth], b'{"detail": "a fault of its own"}')
            return
        status, said = self._ask(body)
        if nth and state.after:
            state.after(nth)
        if nth in state.drop_reply:
            self.close_connection = True
        else:
            self._answer(status, said)

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        request = urllib.request.Request(self.state.target + self.path, data=body or None, method=self.command)
        for name in ("X-Argilla-Api-Key", "Content-Type"):
            if self.headers.get(name):
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def _answer(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):  # whoever asked was killed
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing is said."""
