"""A Ray cluster of several node processes on 127.0.0.1, with a token, ended by their ids. Never `ray stop`: it ends everybody's."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex

import psutil

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE_S = 90.0
MISSING = "The tests marked ray need Ray. `make test RAY=1` installs it (270 MB)."
_OBJECTS = str(80 * 2**20)


def is_missing() -> bool:
    return find_spec("ray") is None


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@dataclass
class RayCluster:
    """A head without processors, and nodes that have some. `environment` is what workers on a node find there."""

    environment: dict[str, str] = field(default_factory=dict)
    # Ray's sockets stand in here, and a socket's path may have 107 letters: pytest's folders are too deep.
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp")))
    port: int = field(default_factory=free_port)
    nodes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def token(self) -> dict[str, str]:
        """What whoever may use the cluster has in its environment."""
        return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(self.folder / "token")}

    def start(self, nodes: int = 1, cpus: int = 2) -> "RayCluster":
        file = self.folder / "token"
        file.touch(mode=0o600)
        file.write_text(token_hex(32))
        head = (
            "--head",
            "--port",
            str(self.port),
            "--temp-dir",
            str(self.folder / "t"),
            "--include-dashboard",
            "false",
        )
        self._run(*head, "--num-cpus", "0")
        self._wait_for(self._answers)
        for _ in range(nodes):
            self.add(cpus)
        return self

    def add(self, cpus: int = 2) -> subprocess.Popen[bytes]:
        """One more node process; it is part of the cluster seconds later."""
        return self._run("--address", self.address, "--num-cpus", str(cpus))

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """kill -9 of a whole machine: the node and everything on it."""
        for pid in [*_family(node), node.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        node.wait()
        self.nodes.remove(node)

    def stop(self) -> None:
        for node in list(self.nodes):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *more: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "ray.scripts.scripts", "start", *more, "--node-ip-address", HOST, "--block",
            "--disable-usage-stats", "--object-store-memory", _OBJECTS,
        ]  # fmt: skip
        log = (self.folder / f"node-{len(self.nodes)}.log").open("wb")
        with log:
            node = subprocess.Popen(
                command, cwd=self.folder, env=os.environ | self.token | self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        self.nodes.append(node)
        return node

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def _wait_for(self, condition) -> None:  # type: ignore[no-untyped-def]
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end or self.nodes[0].poll() is not None:
                logs = "\n".join(path.read_text(errors="replace")[-1500:] for path in self.folder.glob("*.log"))
                self.stop()
                raise AssertionError(f"Ray did not start\n{logs}")
            time.sleep(0.1)


def _family(process: subprocess.Popen[bytes]) -> list[int]:
    try:
        return [one.pid for one in psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
