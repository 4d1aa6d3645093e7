"""The real app as a process of its own, as `make run` starts it: on a free port, with a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
_START_S = 60.0


class NotStarted(AssertionError):
    """The app ended before it listened, or did not listen in time; carries what it said."""


class App:
    """One studio on 127.0.0.1. `kill` is kill -9, `stop` is what Ctrl-C does to it."""

    def __init__(self, home: Path, *, address: str = "127.0.0.1", **environment: str) -> None:
        self.home, self._address = home, address
        self.log = home / "app.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = _clean() | {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_CACHE": str(home / "cache")}
        self._environment |= environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "App":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop it; after a failure, at once, so that the failure is what is reported."""
        if kind is None:
            self.stop()
        else:
            self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None, "the app was not started"
        return self._process.pid

    def launch(self) -> "App":
        """Start the process, and do not wait for it."""
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--server.headless", "true", "--server.address", self._address],
                cwd=ROOT, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        return self

    def start(self) -> "App":
        """Start, and return when it answers. Raises NotStarted with what it said."""
        self.launch()
        deadline = time.monotonic() + _START_S
        while not self.answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise NotStarted(self.said())
            time.sleep(0.02)
        return self

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                return True
        except OSError:
            return False

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def wait(self, timeout_s: float = 30.0) -> int:
        """Until it has ended by itself; its exit status."""
        assert self._process is not None, "the app was not started"
        return self._process.wait(timeout=timeout_s)

    def stop(self) -> None:
        """End it as a person does, and wait until it is gone."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: it gets to do nothing more."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
            raise AssertionError(f"the app did not end after {how.name}:\n{self.said()}") from None


def _clean() -> dict[str, str]:
    """The person's environment without their own studio's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EVOL_STUDIO_")}


def free_port() -> int:
    """One that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def http_status(url: str, *, body: bytes | None = None, **headers: str) -> int:
    """The status of one request; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
