"""An OpenAI-compatible HTTP server for tests and benchmarks: real sockets on 127.0.0.1, scripted behaviour.

    with openai_server(latency_s=0.2, first=("rate_limit",)) as server:
        ...  # server.base_url, server.stats(), server.requests, server.change(always="hang")

    python tests/openai_server.py --port 8099 --latency 0.2 --rate server_error=0.01

A raw asyncio protocol, so that one core serves thousands of requests a second. Speaks POST /v1/chat/completions,
GET /v1/models, files and batches (tests/openai_batches.py), GET /stats and POST /reset.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":  # run as a program, the folder above is not yet on the path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.openai_batches import Desk
from tests.openai_scripts import (
    REFUSALS,
    Faults,
    Reply,
    Script,
    completion,
    prompt_of,
    refusal,
    refused_field,
    spoil,
)

_DRIP_S = 0.05
_SERVED = "/v1/chat/completions"


class State:
    """All that one server remembers: its script, what it was asked, and what it did."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.faults = Faults(filled_at=time.monotonic())
        self.requests: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.in_flight = self.peak = 0
        self.held: list[tuple[_Connection, Reply]] = []
        self.open: set[_Connection] = set()
        self.desk = Desk()

    def stats(self) -> dict[str, int]:
        """Calls by fault ("chat" is all), connections, and the most calls that were in flight at once."""
        return {**self.counts, **self.desk.steps, "in_flight": self.in_flight, "peak": self.peak}

    def reset(self) -> None:
        self.faults = Faults(filled_at=time.monotonic())
        self.counts.clear()
        self.requests.clear()
        self.peak = self.in_flight

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[float, Reply]:
        """The reply to a chat call, and after how many seconds."""
        script = self.script
        request = json.loads(body)
        self.counts["chat"] += 1
        if script.keep_requests:
            self.requests.append({"body": request, "headers": headers})
        authorization = headers.get("authorization", "")
        prompt = prompt_of(request)
        is_stranger = script.key is not None and authorization != f"Bearer {script.key}"
        name = "wrong_key" if is_stranger else self.faults.of(prompt, script, time.monotonic())
        if name:
            self.counts[name] += 1
        refused = refusal(name, script, authorization) or refused_field(request, script)
        for field in script.ignores:
            if request.pop(field, None) is not None and field == "seed":
                prompt = prompt_of({**request, "seed": self.counts["chat"]})
        delay = script.latency_s
        if script.jitter_s:
            delay += script.jitter_s * (2 * Random(prompt).random() - 1)
        if refused is not None:
            return min(delay, 0.005), refused
        return max(delay, 0.0), spoil(name, completion(request, prompt, script))

    def hold(self, connection: "_Connection", reply: Reply) -> None:
        """Keep replies back until enough wait, then give the newest first (or after a while, if no more come)."""
        self.held.append((connection, reply))
        if len(self.held) >= self.script.last_first:
            self.let_go()
        elif len(self.held) == 1:
            asyncio.get_running_loop().call_later(1.0, self.let_go)

    def let_go(self) -> None:
        held, self.held = self.held[::-1], []
        for number, (connection, reply) in enumerate(held):
            asyncio.get_running_loop().call_later(number * 0.002, connection.send, reply)


class _Connection(asyncio.Protocol):
    """One HTTP/1.1 connection: keep-alive, Content-Length bodies, one call at a time."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = bytearray()
        self.is_busy = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.state.counts["connections"] += 1
        self.state.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.state.open.discard(self)
        self._done()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._read()

    def _read(self) -> None:
        end = self.buffer.find(b"\r\n\r\n")
        if self.is_busy or end < 0:
            return
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        size = end + 4 + int(headers.get("content-length", 0))
        if len(self.buffer) < size:
            return
        body = bytes(self.buffer[end + 4 : size])
        del self.buffer[:size]
        self._begin()
        method, address = first.split(" ")[:2]
        self._serve(method, address, body, headers)

    def _serve(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> None:
        state, loop = self.state, asyncio.get_running_loop()
        path = address.partition("?")[0]
        if path == _SERVED:
            delay, reply = state.answer(body, headers)
            if state.script.last_first and reply.way == "answer":
                state.hold(self, reply)
            elif delay:
                loop.call_later(delay, self.send, reply)
            else:
                self.send(reply)
        else:
            of_the_desk = state.desk.serve(method, address, body, headers, state.script, state.answer)
            self.send(of_the_desk or self._other(path, headers))

    def _other(self, path: str, headers: dict[str, str]) -> Reply:
        state = self.state
        if path == "/v1/models":
            state.counts["models"] += 1
            authorization = headers.get("authorization", "")
            if state.script.key is not None and authorization != f"Bearer {state.script.key}":
                return refusal("wrong_key", state.script, authorization) or Reply()
            if not state.script.models:
                return REFUSALS["no_such_page"]
            models = [{"id": name, "object": "model", "owned_by": "tests"} for name in state.script.models]
            return Reply(body=json.dumps({"object": "list", "data": models}))
        if path == "/reset":
            state.reset()
        if path in ("/stats", "/reset"):
            return Reply(body=json.dumps(state.stats()))
        return REFUSALS["no_such_page"]

    def _begin(self) -> None:
        self.is_busy = True
        self.state.in_flight += 1
        self.state.peak = max(self.state.peak, self.state.in_flight)

    def _done(self) -> None:
        if self.is_busy:
            self.is_busy = False
            self.state.in_flight -= 1

    def send(self, reply: Reply) -> None:
        """Answer in the reply's own way; a client that has gone is nobody's fault."""
        if self.transport is None:
            return
        if reply.way == "hang":
            asyncio.get_running_loop().call_later(self.state.script.hang_s, self.cut)
            return
        body = reply.body.encode("utf-8", "surrogatepass")
        head = [f"HTTP/1.1 {reply.status} X", f"content-type: {reply.content_type}", f"content-length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in reply.headers.items()]
        data = "\r\n".join((*head, "", "")).encode() + body
        if reply.way == "drip":
            self._drip(data)
        elif reply.way in ("cut", "cut_midway"):
            self.transport.write(data[: -len(body) // 2] if reply.way == "cut_midway" else b"")
            self.cut()
        else:
            self.transport.write(data)
            self._done()
            self._read()

    def _drip(self, data: bytes) -> None:
        """One byte at a time: every read succeeds, yet the whole takes for ever."""
        if self.transport is not None and data:
            self.transport.write(data[:1])
            asyncio.get_running_loop().call_later(_DRIP_S, self._drip, data[1:])

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.close()


class OpenAIServer:
    """A running server in a thread of its own. Not to be made directly: `with openai_server(…) as server`."""

    def __init__(self, state: State, port: int) -> None:
        self._state = state
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="openai-server", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(listen(state, port), self._loop).result(timeout=5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked so far, in order: each has `body` (parsed) and `headers` (lower-case names)."""
        return list(self._state.requests)

    def stats(self) -> dict[str, int]:
        """Calls by fault ("chat" is all), connections, in_flight and peak."""
        return self._state.stats()

    @property
    def desk(self) -> Desk:
        """Its files and batches."""
        return self._state.desk

    def change(self, **script: Any) -> None:
        """From now on behave otherwise; what is in flight goes on as it began."""
        self._state.script = replace(self._state.script, **script)

    def stop(self) -> None:
        """Cut every connection and free the port."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for connection in tuple(self._state.open):
            connection.cut()
        await asyncio.sleep(0)  # lets the transports report that they are closed


async def listen(state: State, port: int) -> asyncio.Server:
    """Begin to serve on 127.0.0.1; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Connection(state), "127.0.0.1", port, backlog=4096)


@contextmanager
def openai_server(*, port: int = 0, **script: Any) -> Iterator[OpenAIServer]:
    """A server for the length of a `with` block; the keywords are those of `Script`."""
    server = OpenAIServer(State(Script(**script)), port)
    try:
        yield server
    finally:
        server.stop()


async def _serve_for_ever(script: Script, port: int) -> None:
    server = await listen(State(script), port)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await server.serve_forever()


def _main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible server for tests and benchmarks.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds before each reply")
    parser.add_argument("--jitter", type=float, default=0.0, help="seconds more or less, by prompt")
    parser.add_argument("--words", type=int, default=150, help="mean length of a plain reply")
    parser.add_argument("--rpm", type=float, default=0.0, help="requests per minute; 0 is no limit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", action="append", default=[], metavar="FAULT=SHARE", help="e.g. server_error=0.01")
    asked = parser.parse_args()
    rates = {name: float(share) for name, _, share in (rate.partition("=") for rate in asked.rate)}
    script = Script(
        latency_s=asked.latency, jitter_s=asked.jitter, words=asked.words, rpm=asked.rpm, seed=asked.seed,
        rates=rates, keep_requests=False,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve_for_ever(script, asked.port))


if __name__ == "__main__":
    _main()
