"""The app's side of the embedded model: one child process, started when first needed, replaced when it dies."""

import contextlib
import http.client
import json
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import WeightsError
from core.models.embedded.order import Order, Ready
from core.models.embedded.room import require_memory

_START_S = 120.0
_DEATHS, _DEATHS_WITHIN_S = 3, 60.0


@dataclass(frozen=True, kw_only=True)
class ServerAddress:
    """Where the model answers; `base_url` ends in /v1. A restart changes the port: ask `ensure` again then."""

    base_url: str
    api_key: str
    model: str

    def __repr__(self) -> str:
        return f"ServerAddress(base_url={self.base_url!r}, model={self.model!r})"


@dataclass(frozen=True, kw_only=True)
class _Running:
    process: subprocess.Popen[bytes]
    port: int
    address: ServerAddress


class EmbeddedServer:
    """The model of one file of weights. Costs nothing until `ensure`; its methods may be called from any thread."""

    def __init__(self, weights: Path, log: Path, *, health_s: float = 10.0, health_every_s: float = 5.0) -> None:
        """`health_s`: how long /health may take before the child counts as hanging."""
        self._weights, self._log = weights.absolute(), log
        self._health_s, self._health_every_s = health_s, health_every_s
        self._api_key = secrets.token_urlsafe(32)
        # Guards everything below, and the whole of a start: many tasks may ask at once, one child is started.
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._healthy_s = 0.0
        self._deaths: deque[float] = deque(maxlen=_DEATHS)

    def ensure(self) -> ServerAddress:
        """The address of the running model; starts it, or starts it anew if it died. Blocks while it loads (seconds).

        From a coroutine: `await asyncio.to_thread(server.ensure)`. Cheap when all is well: /health is asked at most
        every five seconds. Raises WeightsError: no such file, too little memory, or it died three times in a minute.
        """
        with self._lock:
            while True:
                if self._running is not None and self._is_well(self._running):
                    return self._running.address
                if self._running is not None:
                    self._end(self._running)
                    self._deaths.append(time.monotonic())
                self._refuse_when_it_keeps_dying()
                self._running = self._start()
                if self._running is None:
                    self._deaths.append(time.monotonic())

    def stop(self) -> None:
        """End the child and wait until it is gone. `ensure` afterwards starts a new one."""
        with self._lock:
            if self._running is not None:
                self._end(self._running)

    @property
    def process_id(self) -> int | None:
        """The child's process id, None when there is none."""
        running = self._running
        return running.process.pid if running is not None and running.process.poll() is None else None

    def _is_well(self, running: _Running) -> bool:
        if running.process.poll() is not None:
            return False
        if time.monotonic() - self._healthy_s < self._health_every_s:
            return True
        if not _is_healthy(running.port, self._health_s):
            return False
        self._healthy_s = time.monotonic()
        return True

    def _start(self) -> _Running | None:
        """Start the child; None if it died before it was ready."""
        if not self._weights.is_file():
            raise WeightsError(
                "The model's file is not there.", where=str(self._weights), to_do="Fetch the model on the Home page."
            )
        require_memory(self._weights.stat().st_size)
        model = self._weights.stem
        self._log.parent.mkdir(parents=True, exist_ok=True)
        process = _spawn(Order(weights=str(self._weights), model=model, api_key=self._api_key), self._log)
        ready = _answer_of(process)
        if ready is None:
            _close(process)
            return None
        address = ServerAddress(base_url=f"http://127.0.0.1:{ready.port}/v1", api_key=self._api_key, model=model)
        return _Running(process=process, port=ready.port, address=address)

    def _end(self, running: _Running) -> None:
        _close(running.process)
        self._running = None
        self._healthy_s = 0.0

    def _refuse_when_it_keeps_dying(self) -> None:
        if len(self._deaths) == _DEATHS and time.monotonic() - self._deaths[0] < _DEATHS_WITHIN_S:
            raise WeightsError(
                f"The embedded model ended {_DEATHS} times within a minute. Its last words: {_last_words(self._log)}",
                where=str(self._log),
                to_do="Look into this log. Often memory is short: close other programs, wait a minute, try again.",
            )


def _spawn(order: Order, log: Path) -> subprocess.Popen[bytes]:
    """Start the child and hand it its order. The pipe to it stays open: when it closes, the child ends."""
    command = [sys.executable, "-m", "core.models.embedded.child"]
    root = Path(__file__).parents[3]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        process.stdin.flush()
    return process


def _answer_of(process: subprocess.Popen[bytes]) -> Ready | None:
    """The child's one line, or None when it ends, or takes longer than two minutes."""
    assert process.stdout is not None
    too_long = threading.Timer(_START_S, process.kill)
    too_long.start()
    try:
        line = process.stdout.readline()
    finally:
        too_long.cancel()
    return Ready(**json.loads(line)) if line.endswith(b"\n") else None


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe, which ends the child; make sure of it; wait."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _is_healthy(port: int, within_s: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within_s)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "none"
    errors = [line for line in lines if " E " in line]
    # The first error of llama.cpp names the cause; of a Python traceback it is the last line.
    return (errors[:1] or lines[-1:] or ["none"])[0][:300]
