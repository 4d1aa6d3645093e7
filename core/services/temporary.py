"""Folders for what is needed for a moment. Their names say which process they are of: what a killed one left is found and taken away."""

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

_OURS = "evol-studio-"
_NAME = re.compile(r"\.?evol-studio-(?P<pid>\d{1,9})-(?P<life>[0-9a-f]{8})-[a-z-]+-\w+")
_OLD_S = 3_600.0
_LIFE = secrets.token_hex(4)  # numbers of processes are used again, in a container nearly always


def temporary_folder(what: str, beside: Path | None = None) -> TemporaryDirectory[str]:
    """A folder that is gone at the end of a `with` block; `what` it is for, in small letters. `beside`: hidden in this folder."""
    prefix = f"{'.' if beside else ''}{_OURS}{os.getpid()}-{_LIFE}-{what}-"
    return TemporaryDirectory(prefix=prefix, dir=beside)


def left_over(*folders: Path) -> list[Path]:
    """What processes that are gone have left in these folders and in the system's own for such things."""
    return [path for folder in {Path(tempfile.gettempdir()), *folders} for path in _of_the_dead(folder)]


def sweep(*folders: Path) -> int:
    """Take that away. → how many folders it was."""
    return take_away(left_over(*folders))


def take_away(paths: Iterable[Path]) -> int:
    """Files and folders that nobody needs; what cannot be removed stays for the next time. → how many are gone."""
    gone = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue
        gone += not path.exists()
    return gone


def is_old(path: Path) -> bool:
    """Whether a file under a name of the moment has not changed for an hour: then nobody works on it."""
    try:
        return time.time() - path.stat().st_mtime > _OLD_S
    except OSError:
        return False


def _of_the_dead(folder: Path) -> Iterator[Path]:
    try:
        names = [one.name for one in os.scandir(folder) if one.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for name in sorted(names):
        found = _NAME.fullmatch(name)
        if found is not None and _is_dead(int(found["pid"]), found["life"]) and _is_mine(folder / name):
            yield folder / name


def _is_dead(pid: int, life: str) -> bool:
    """Of another process with a number that was given again nothing is known: what it may need is left alone."""
    return life != _LIFE if pid == os.getpid() else not psutil.pid_exists(pid)


def _is_mine(path: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
    except OSError:
        return False
