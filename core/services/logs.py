"""The log of the app's process: where events go. A file that is kept short, the console, both or neither (EVOL_STUDIO_LOG)."""

import logging
import os
import secrets
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from core.services.log_lines import OURS, JsonLines, Words, facts, without_messages
from core.settings import Settings

CONSOLE, OFF = "console", "off"
_FILES = 5
# Where faults of pages and of routes are said: loggers of the servers, which tell nobody above them.
_FAULTS = ("streamlit.error_util", "uvicorn.error")
_FREQUENT = "pages.ui.request_log"  # requests and pages are for the file
_log = logging.getLogger(__name__)


def new_id() -> str:
    """A name for one request, to be found again in the log."""
    return secrets.token_hex(6)


class Log:
    """What was set up, to be taken down again."""

    def __init__(self, handlers: Mapping[logging.Handler, tuple[str, ...]], with_messages: bool) -> None:
        self._handlers = handlers
        self._factory, self._hook = logging.getLogRecordFactory(), threading.excepthook
        self._levels = {name: logging.getLogger(name).level for name in OURS}
        for handler, names in handlers.items():
            for name in names:
                logging.getLogger(name).addHandler(handler)
        for name in OURS:
            logging.getLogger(name).setLevel(logging.INFO)
        if not with_messages:
            logging.setLogRecordFactory(partial(without_messages, self._factory))
        threading.excepthook = _thread_ended

    def close(self) -> None:
        threading.excepthook = self._hook
        logging.setLogRecordFactory(self._factory)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        for handler, names in self._handlers.items():
            for name in names:
                logging.getLogger(name).removeHandler(handler)
            handler.close()


def begin(settings: Settings) -> Log:
    """From now on what happens is told. A file that cannot be written is said on the console, and work goes on."""
    if settings.log == CONSOLE:  # for whoever collects what a container says
        lines = _as_json(logging.StreamHandler(sys.stdout), settings)
        return Log({lines: ("", *_FAULTS)}, settings.log_messages)
    words = logging.StreamHandler(sys.stderr)
    words.setFormatter(Words(settings.log_messages))
    words.addFilter(lambda record: record.levelno > logging.INFO or record.name != _FREQUENT)
    handlers: dict[logging.Handler, tuple[str, ...]] = {words: ("",)}
    if settings.log != OFF and (file := _file(settings)) is not None:
        handlers[file] = ("", *_FAULTS)
    return Log(handlers, settings.log_messages)


def path_of(settings: Settings) -> Path | None:
    """The newest file of the log; None where it is told elsewhere, or not at all."""
    if settings.log in (CONSOLE, OFF):
        return None
    return Path(settings.log).expanduser() if settings.log else settings.home / "logs" / "studio.jsonl"


def _file(settings: Settings) -> "KeptShort | None":
    path = path_of(settings)
    assert path is not None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = KeptShort(path, settings.log_mb * 1_000_000 // _FILES)
    except OSError as error:
        sys.stderr.write(f"\nThe log {path} cannot be written ({error.strerror}). The studio goes on without it.\n\n")
        return None
    _as_json(handler, settings)
    return handler


def _as_json(handler: logging.Handler, settings: Settings) -> logging.Handler:
    """Everything of ours, and of others what is more than news."""
    handler.setFormatter(JsonLines(settings.log_messages))
    handler.addFilter(lambda record: record.levelno > logging.INFO or record.name.split(".")[0] in OURS)
    return handler


class KeptShort(RotatingFileHandler):
    """A few files, each of at most so many bytes, for this person's eyes only. A full disk costs its lines and nothing else."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._is_told = False
        super().__init__(path, maxBytes=most_bytes, backupCount=_FILES - 1, encoding="utf-8")

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)

    def close(self) -> None:
        with suppress(OSError):  # the last line found no room
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002
        """Say so once."""
        if not self._is_told:
            self._is_told = True
            sys.stderr.write(f"\nThe log {self.baseFilename} cannot be written. The studio goes on without it.\n\n")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    """A fault that nobody waited for."""
    if ended.exc_value is None or ended.exc_type is SystemExit:
        return
    name = ended.thread.name if ended.thread else ""
    _log.error(
        "a thread ended by a fault",
        exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback),
        extra=facts(thread=name),
    )
