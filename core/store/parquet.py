"""Rows from Parquet as JSON lines, read by a child process (parquet_child says why)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import BadInput

_ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
REFUSED = 3  # the child's exit status for a file that it can say something about
DESCRIBED = "--described"  # asks the child for the file's metadata instead of rows


@contextmanager
def as_json_lines(path: Path, columns: Sequence[str] = ()) -> Iterator[IO[bytes]]:
    """One line a row with these columns (none named: all that hold text or lists); a row that is no UTF-8 is no line of it.

    Raises BadInput at the end of the block if the file could not be read to its own end.
    """
    command = [sys.executable, "-m", "core.store.parquet_child", str(path.resolve()), *columns]
    child = subprocess.Popen(
        command,
        cwd=_ROOT,
        env=os.environ | _ENVIRONMENT,
        stdin=subprocess.PIPE,  # it stays open until the child has ended: when it closes, the app is gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            yield child.stdout
            said = child.stderr.read().decode("utf-8", "replace")
            if child.wait() != 0:
                raise _unreadable(path, said if child.returncode == REFUSED else "it is damaged")
        finally:
            child.kill()


def described(path: Path) -> dict[str, str]:
    """What the file says of itself beside its rows: its own entries of metadata, by key."""
    with as_json_lines(path, [DESCRIBED]) as lines:
        return dict(json.loads(lines.read() or "{}"))


def _unreadable(path: Path, said: str) -> BadInput:
    return BadInput(
        f"The Parquet file cannot be read ({said[:300]})",
        where=path.name,
        to_do="Write it again, with row groups below 1 GB, or choose another file. Nothing was imported.",
    )
