"""A model server that a worker starts beside itself, on the GPU that the cluster gave it, and that never outlives it.

What is started is said by whoever runs the machine, in EVOL_STUDIO_WORKER_SERVE there; nothing that comes from the app is run.
`python -m core.services.growing.cluster_server COMMAND …` is the keeper between the two: it ends the server when the worker is gone,
even by kill -9.
"""

import ctypes
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from core.errors import EndpointError

_ROOT = Path(__file__).parents[3]
_PORT = "{port}"
_PR_SET_PDEATHSIG = 1


class OwnServer:
    """Started when made. EndpointError for a command that cannot be one."""

    def __init__(self, command: str) -> None:
        """`command` as a shell would read it, without a shell; `{port}` in it becomes a free port of this machine."""
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise EndpointError(f"EVOL_STUDIO_WORKER_SERVE cannot be read ({error})", to_do="Mend it there.") from None
        if not any(_PORT in word for word in words):
            raise EndpointError(f"EVOL_STUDIO_WORKER_SERVE does not name {_PORT}", to_do=f"Say … --port {_PORT}.")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the server has ended
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", __name__, *(word.replace(_PORT, port) for word in words)],
            stdin=subprocess.PIPE, stdout=self._log, stderr=self._log,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(_ROOT), os.environ.get("PYTHONPATH", "")))},
        )  # fmt: skip

    def ended(self) -> str:
        """Its last words; "" while it runs."""
        code = self._keeper.poll()
        if code is None:
            return ""
        self._log.seek(max(0, self._log.seek(0, 2) - 4096))
        lines = [line.strip() for line in self._log.read().decode("utf-8", "replace").split("\n") if line.strip()]
        return f"its own server ended with {code}: {lines[-1][:300] if lines else 'without a word'}"


def _end_with_the_keeper() -> None:
    """In the server before it begins: if the keeper itself is killed, Linux ends the server. Elsewhere nothing does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep(command: list[str]) -> int:
    """Run the command until it ends, or until the pipe from the worker closes."""
    try:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_end_with_the_keeper,  # noqa: PLW1509 - this process has no other thread yet
        )  # fmt: skip
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127

    def watch() -> None:
        while os.read(0, 1):
            continue
        os.killpg(server.pid, signal.SIGKILL)  # the server's own children too
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(_keep(sys.argv[1:]))
