"""Files and folders that are there whole or not at all: written under another name first, then renamed."""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import BadInput
from core.exchange.export_folder import Piece

_OURS = {"README.md", "data"}  # all that a dataset folder of ours has


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something is written to until it is whole."""

    partial: Path
    is_folder: bool

    def take(self, pieces: Iterable[Piece]) -> str:
        """Write it. → the SHA-256 of the file, of a folder that of its zip."""
        return _folder(self.partial, pieces) if self.is_folder else _file(self.partial, pieces)


@contextmanager
def place(path: Path, *, is_folder: bool, force: bool) -> Iterator[Place]:
    """A place for something that is to stand at `path` when the block ends well. BadInput if there is something, or no room.

    `force` replaces a file, and a folder that holds nothing but what a dataset folder of ours does.
    """
    is_folder = is_folder and path.suffix != ".zip"
    _require_free(path, is_folder=is_folder, force=force)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield Place(partial=partial, is_folder=is_folder)
        _put(partial, path)
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise BadInput(
            f"It cannot be written ({why}); nothing was left half-written" if why else "It cannot be written",
            where=str(path),
            to_do="Choose a folder with free space that you may write to.",
        ) from error
    finally:
        _remove(partial)


def _require_free(path: Path, *, is_folder: bool, force: bool) -> None:
    if not path.exists() or (is_folder and path.is_dir() and not any(path.iterdir())):
        return
    if not force:
        what = "folder with something in it" if path.is_dir() else "file"
        raise BadInput(
            f"There is a {what} of this name already", where=str(path), to_do="Name another, or give --force."
        )
    if is_folder and not (path.is_dir() and {one.name for one in path.iterdir()} <= _OURS):
        raise BadInput(
            "There is something else of this name",
            where=str(path),
            to_do="Name another: only a dataset folder is replaced.",
        )


def _file(path: Path, pieces: Iterable[Piece]) -> str:
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece.zipped)
            digest.update(piece.zipped)
        _sync(file)
    return digest.hexdigest()


def _folder(path: Path, pieces: Iterable[Piece]) -> str:
    """The files that the zip would hold, and the digest of that zip."""
    digest = hashlib.sha256()
    path.mkdir()
    (path / "data").mkdir()
    file: BinaryIO | None = None
    now = ""
    try:
        for piece in pieces:
            digest.update(piece.zipped)
            if piece.path and piece.path != now:
                _close(file)
                file, now = (path / piece.path).open("xb"), piece.path
            if file is not None and piece.path:
                file.write(piece.plain)
    finally:
        _close(file)
    return digest.hexdigest()


def _close(file: BinaryIO | None) -> None:
    if file is not None:
        with file:
            _sync(file)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _put(partial: Path, path: Path) -> None:
    if partial.is_dir() and path.is_dir():
        old = partial.with_suffix(".old")
        path.rename(old)
        partial.rename(path)
        shutil.rmtree(old)
    else:
        partial.replace(path)


def _remove(partial: Path) -> None:
    if partial.is_dir():
        shutil.rmtree(partial)
    else:
        partial.unlink(missing_ok=True)
