"""Keeps the write-ahead log short while many people read.

DuckDB moves its log into the file at a commit that finds nobody reading. Beside many short readings such a moment may not come for
hours: the log grows, every reading becomes slower, and after a crash all of it has to be replayed. So when the log is long, readings
are held at the door for a moment.
"""

import threading
import time
from pathlib import Path

import duckdb

_LONG_BYTES = 32_000_000  # twice of what makes DuckDB try by itself
_PATIENCE_S = 0.4  # readings that are under way end within it; an export may take an hour, and is not waited for
_LATER_S = 2.0
_LOOK_AGAIN_S = 0.004


class Checkpoints:
    """Readings pass through `door`; the writer asks `when_due` between its transactions."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self._log = path.with_name(path.name + ".wal")
        self._connection = connection
        self._open = threading.Event()
        self._open.set()
        self._not_before_s = 0.0

    def door(self) -> None:
        """Returns as soon as a reading may begin."""
        self._open.wait()

    def when_due(self) -> None:
        """Move a long log into the file, unless somebody reads for longer than people would wait."""
        now_s = time.monotonic()
        if now_s < self._not_before_s or not self._is_long():
            return
        self._open.clear()
        try:
            while not self._is_done() and time.monotonic() < now_s + _PATIENCE_S:
                time.sleep(_LOOK_AGAIN_S)
        finally:
            self._open.set()
        self._not_before_s = time.monotonic() + _LATER_S

    def _is_long(self) -> bool:
        try:
            return self._log.stat().st_size > _LONG_BYTES
        except FileNotFoundError:
            return False

    def _is_done(self) -> bool:
        try:
            self._connection.execute("checkpoint")
        except duckdb.TransactionException:  # somebody reads still
            return False
        except duckdb.Error:  # a full disk, say: whoever commits next is told so
            return True
        return True
