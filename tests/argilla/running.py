"""A real Argilla server for tests: Redis, the server with its database, and its worker, on ports of their own, ended by their ids."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = Path(__file__).parent / "host"
PYTHON = Path(os.environ.get("ARGILLA_PYTHON") or ROOT / ".venv-argilla" / "bin" / "python")
# For whoever writes tests: the port of a server with these people that runs already.
AT_HAND = os.environ.get("ARGILLA_TEST_PORT", "")
WORKSPACE = "team"
PATIENCE_S = 170
MISSING = (
    "The tests marked argilla need a real server. `make test ARGILLA=1` installs it into .venv-argilla; "
    "Redis comes from the system (Debian, Ubuntu: sudo apt-get install redis-server). Not found: "
)


def token(name: str) -> str:
    """Somebody's API key."""
    return f"{name}.apikey"


def somebody(name: str, role: str, workspaces: tuple[str, ...] = (WORKSPACE,)) -> dict[str, object]:
    return {"username": name, "role": role, "api_key": token(name), "password": "12345678", "workspaces": workspaces}


PEOPLE = (
    somebody("owner", "owner", ()), somebody("lead", "admin"), somebody("anna", "annotator"), somebody("ben", "annotator"),
    somebody("stranger", "admin", ()),
)  # fmt: skip


def missing() -> list[str]:
    """What is not installed."""
    needed = {str(PYTHON): PYTHON.exists(), "redis-server": shutil.which("redis-server") is not None}
    return [name for name, is_there in needed.items() if not is_there]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class ArgillaServer:
    """Started with `start`, ended with `stop`; `home` keeps its database and its logs."""

    home: Path
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "ArgillaServer":
        redis = free_port()
        folder = ["--dir", str(self.home), "--save", "", "--appendonly", "no"]
        self._run("redis", "redis-server", "--port", str(redis), "--bind", "127.0.0.1", *folder)
        environment = {
            "ARGILLA_HOME_PATH": str(self.home), "ARGILLA_REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "ARGILLA_SEARCH_ENGINE": "sql", "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        self._run("server", str(PYTHON), "serve.py", str(self.port), json.dumps(PEOPLE), **environment)
        self._run("worker", str(PYTHON), "work.py", **environment)
        self._wait()
        return self

    def stop(self) -> None:
        for one in reversed(self.processes):
            one.terminate()
        for one in reversed(self.processes):
            try:
                one.wait(10)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()

    def _run(self, name: str, *command: str, **environment: str) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            started = subprocess.Popen(
                command, cwd=HOST, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.processes.append(started)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self._answers():
            ended = [one.args for one in self.processes if one.poll() is not None]
            if ended or time.monotonic() > end:
                logs = "\n".join(path.read_text(errors="replace")[-1500:] for path in self.home.glob("*.log"))
                self.stop()
                raise AssertionError(f"Argilla did not start; ended: {ended}\n{logs}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/version", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False
