"""How much of its file a database may keep in memory.

DuckDB gives back the blocks that it keeps, but not the parts of indexes that were used once, and refuses to write when they do
not fit any more. About a fifth of a project's file is indexes (measured), so the limit follows the file.
"""

import os
from contextlib import suppress
from pathlib import Path

import duckdb
import psutil

GIVEN = os.environ.get("EVOL_STUDIO_DB_MEMORY", "")
LEAST_BYTES = 1_000_000_000
_OF_FILE, _OF_MACHINE = 0.5, 0.6
_AGAIN = 1.1  # the limit is looked at again when the file is larger by so much


def limit_of(path: Path) -> str:
    """EVOL_STUDIO_DB_MEMORY; else half of the file and at least 1 GB, up to six tenths of the machine's memory, as DuckDB reads it."""
    return GIVEN or f"{_bytes_for(_size_of(path))}B"


def said_limit() -> str:
    """The same for people."""
    return GIVEN or "1 GB, of larger files half of the file"


class Memory:
    """Raises the limit as the file grows."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self._path, self._connection = path, connection
        self._enough_until = _size_of(path)

    def follow(self) -> None:
        """Between two transactions: cheap as long as nothing changes. What fails here is nobody's job, and must end nobody's thread."""
        with suppress(duckdb.Error, OSError):
            size = 0 if GIVEN else _size_of(self._path)
            if size * _OF_FILE > LEAST_BYTES and size > self._enough_until:
                self._enough_until = int(size * _AGAIN)
                self._connection.execute("set memory_limit = ?", [limit_of(self._path)])


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _bytes_for(size: int) -> int:
    return max(LEAST_BYTES, int(min(size * _OF_FILE, psutil.virtual_memory().total * _OF_MACHINE)))
