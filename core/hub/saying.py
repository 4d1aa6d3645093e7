"""What a hub's child process tells the studio: one JSON object a line; and what its library's errors mean."""

import json
import os
import sys
from enum import StrEnum
from typing import Any

_MOST = 300  # characters of what somebody else said


class Trouble(StrEnum):
    """Why it did not work, as far as a person can do something about it."""

    OFFLINE = "offline"
    TOKEN = "token"
    RIGHTS = "rights"
    MISSING = "missing"
    THERE = "there"
    CARD = "card"
    BROKEN = "broken"
    OTHER = "other"


class Stopped(Exception):
    """Ends the child with a word for its parent."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail


def say(**what: Any) -> None:
    """One line for the parent."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def say_troubles() -> None:
    """From now on, whatever ends this process is told the parent in a line: a traceback of a library is nothing for people."""
    sys.excepthook = lambda _kind, error, _trace: _say_trouble(error)


def _say_trouble(error: BaseException) -> None:
    """An error as the parent passes it on; a token in it is blotted out."""
    trouble = error.trouble if isinstance(error, Stopped) else _trouble(error)
    text = " ".join((error.detail if isinstance(error, Stopped) else str(error)).split())
    token = os.environ.get("HF_TOKEN", "").strip()
    say(trouble=trouble.value, detail=(text.replace(token, "…") if token else text)[:_MOST])


def _trouble(error: BaseException) -> Trouble:
    """The first in the chain of causes that says something."""
    seen: BaseException | None = error
    while seen is not None:
        status = getattr(getattr(seen, "response", None), "status_code", None)
        if isinstance(status, int):
            return _of_status(status)
        if isinstance(seen, ValueError) and "metadata" in str(seen).lower():
            return Trouble.CARD
        if type(seen).__name__ in _BY_NAME:
            return _BY_NAME[type(seen).__name__]
        seen = seen.__cause__ or seen.__context__
    return Trouble.OTHER


_BY_NAME = {
    "ConnectError": Trouble.OFFLINE, "ConnectTimeout": Trouble.OFFLINE, "ConnectionError": Trouble.OFFLINE,
    "OfflineModeIsEnabled": Trouble.OFFLINE, "LocalEntryNotFoundError": Trouble.OFFLINE, "ProxyError": Trouble.OFFLINE,
    "gaierror": Trouble.OFFLINE, "ClientConnectorError": Trouble.OFFLINE,
    "ReadTimeout": Trouble.BROKEN, "WriteTimeout": Trouble.BROKEN, "ReadError": Trouble.BROKEN, "WriteError": Trouble.BROKEN,
    "RemoteProtocolError": Trouble.BROKEN,
    "DatasetNotFoundError": Trouble.MISSING, "EmptyDatasetError": Trouble.MISSING, "DataFilesNotFoundError": Trouble.MISSING,
    "RepositoryNotFoundError": Trouble.MISSING, "HFValidationError": Trouble.MISSING,
}  # fmt: skip


def _of_status(status: int) -> Trouble:
    known = {401: Trouble.TOKEN, 403: Trouble.RIGHTS, 404: Trouble.MISSING}
    return known.get(status, Trouble.BROKEN if status >= 500 or status in (408, 429) else Trouble.OTHER)
