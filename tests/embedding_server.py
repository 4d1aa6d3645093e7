"""A server of embeddings for tests: real sockets on 127.0.0.1, `GET /v1/models` and `POST /v1/embeddings`, and ways to misbehave.

    with embedding_server() as server:
        ...  # server.base_url, server.texts (every text that it was asked for), server.spoils = fewer

A text's vector follows from the words in it, so texts with the same words lie together.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIMENSIONS = 16
Reply = dict[str, Any]


@dataclass(slots=True)
class Server:
    """What it was asked, and how it answers. `spoils` changes a reply; `refuses`: (status, message) instead of one. `waits`: for so long."""

    base_url: str = ""
    texts: list[str] = field(default_factory=list)
    bodies: list[Reply] = field(default_factory=list)
    spoils: Callable[[Reply], Any] | None = None
    refuses: tuple[int, str] | None = None
    waits: threading.Event | None = None
    was_asked: threading.Event = field(default_factory=threading.Event)

    def answer(self, body: Reply) -> Any:
        texts = body["input"]
        self.bodies.append(body)
        self.texts += texts
        data = [{"index": n, "embedding": vector(text)} for n, text in enumerate(texts)]
        reply = {
            "object": "list",
            "data": data,
            "usage": {"prompt_tokens": sum(len(text.split()) for text in texts) or 1},
        }
        return self.spoils(reply) if self.spoils else reply


def vector(text: str) -> list[float]:
    """Counts of the words by their hash: never zero, not of length 1."""
    counts = [0.5] * DIMENSIONS
    for word in text.lower().split():
        counts[hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1.0
    return counts


def fewer(reply: Reply) -> Reply:
    return reply | {"data": reply["data"][:-1]}


def shorter(reply: Reply) -> Reply:
    """All vectors of another length than before."""
    return reply | {"data": [one | {"embedding": one["embedding"][:8]} for one in reply["data"]]}


@contextmanager
def embedding_server() -> Iterator[Server]:
    """Serve until the end of the block."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(200, {"data": [{"id": "embedder"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.was_asked.set()
            if state.waits is not None:
                state.waits.wait(10)
            if state.refuses is not None:
                status, message = state.refuses
                self._say(status, {"error": {"message": message}})
            else:
                self._say(200, state.answer(body))

        def _say(self, status: int, value: Any) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
