"""The loopback bridge: how a command on the same machine reaches the app that has the project open.

Beside each open file stands `<file>.bridge` (mode 600) with the app's process id, port and a token. A token is good for one
command: every command that is let in makes a new one. Without the app, a command opens the file itself.
"""

import hmac
import http.client
import json
import os
import secrets
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from pydantic import TypeAdapter

from core.errors import ProjectLocked, StudioError


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What a lock file says. `pid_since` is when that process began (seconds since 1970): ids are used again."""

    pid: int
    pid_since: float
    port: int
    token: str


def lock_path(file: Path) -> Path:
    """The lock file beside a project's (or the installation's) file."""
    return file.with_name(file.name + ".bridge")


def door_of(file: Path) -> Door | None:
    """The app that has this file open, None if there is none. A dead app's lock file counts for nothing."""
    try:
        door = _DOOR.validate_json(lock_path(file).read_bytes())
        is_alive = abs(psutil.Process(door.pid).create_time() - door.pid_since) < _SAME_S
    except (OSError, ValueError, psutil.Error):
        return None
    return door if is_alive else None


def ask_app(file: Path, door: Door, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One command over the bridge. Another command may have used up the token: then look again, a few times.

    Raises the app's own StudioError, or ProjectLocked if the app does not answer.
    """
    for _ in range(_TRIES):
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=_PATIENCE_S)
        body = json.dumps({"token": door.token, "command": name, "arguments": asked})
        try:
            connection.request("POST", "/api/command", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            said = json.loads(reply.read())
        except (OSError, ValueError) as error:
            raise ProjectLocked(
                "The app that has this project open does not answer", to_do="Wait, or stop it."
            ) from error
        finally:
            connection.close()
        if reply.status == http.client.OK:
            return dict(said)
        if reply.status != http.client.UNAUTHORIZED:
            raise StudioError(said["what"], to_do=said.get("to_do", ""))
        door = door_of(file) or door
    raise ProjectLocked("The app did not let this command in", to_do="Try again.")


_TRIES = 5
_PATIENCE_S = 600.0  # a large import takes minutes
_DOOR = TypeAdapter(Door)
_SAME_S = 60.0  # a clock that was set right meanwhile moves the time


class Bridge:
    """The app's side: keeps the lock files, lets one command in per token."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._files: set[Path] = set()
        self._token = secrets.token_urlsafe(32)
        self._guard = threading.Lock()  # guards the token: two commands must not both use one

    def stand_beside(self, files: Iterable[Path]) -> None:
        """Write lock files beside these files too."""
        with self._guard:
            new = {file.resolve() for file in files} - self._files
            self._files |= new
            for file in new:
                self._write(file)

    def admit(self, token: str) -> bool:
        """Whether this token is the present one; if so it is used up."""
        with self._guard:
            if not hmac.compare_digest(token.encode(), self._token.encode()):
                return False
            self._token = secrets.token_urlsafe(32)
            for file in self._files:
                self._write(file)
            return True

    def leave(self) -> None:
        """Take the lock files away."""
        with self._guard:
            for file in self._files:
                lock_path(file).unlink(missing_ok=True)
            self._files.clear()

    def _door(self) -> Door:
        me = psutil.Process()
        return Door(pid=me.pid, pid_since=me.create_time(), port=self._port, token=self._token)

    def _write(self, file: Path) -> None:
        """Replace the file at once, never readable by others, never half-written."""
        path = lock_path(file)
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(asdict(self._door()), out)
        fresh.replace(path)
