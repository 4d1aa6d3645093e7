"""A whole project as one zip file: its database and a manifest. Written piece by piece, and read with nothing taken on trust."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from core.domain.bundle import Manifest
from core.errors import BadInput

SUFFIX = "studio.zip"
_DATABASE, _MANIFEST = "project.duckdb", "manifest.json"
_FORMAT, _VERSION = "Evol-Instruct Studio, whole project", 1
_PIECE = 2**20  # bytes
_MOST_MANIFEST = 2**20  # bytes
# Measured: 28 times for a small project, 1.5 for a large one. What unfolds to so much more is made to fill a disk.
_MOST_TIMES, _ALWAYS = 300, 64 * 2**20
_SIGN = b"DUCK"  # at 8 of every file of this database
# What the library raises for a zip that is damaged, cut, encrypted, or packed in a way of its own.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)
_AGAIN = "Take the project out again, or choose another file. Nothing was imported."


class _Sink:
    """What a zip is written to here: bytes that wait to be taken."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def packed(database: Path, about: Manifest) -> Iterator[bytes]:
    """The zip in pieces. Size and hash of the database are put into the manifest here."""
    sink, digest, n_bytes = _Sink(), hashlib.sha256(), 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:  # type: ignore[call-overload]
        with zipped.open(_DATABASE, "w", force_zip64=True) as entry, database.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                n_bytes += len(piece)
                entry.write(piece)
                yield sink.take()
        whole = replace(about, n_bytes=n_bytes, sha256=digest.hexdigest())
        zipped.writestr(_MANIFEST, json.dumps(_said(whole), ensure_ascii=False, indent=2))
    yield sink.take()


def _said(about: Manifest) -> dict[str, Any]:
    return {"format": _FORMAT, "version": _VERSION, **asdict(about), "made_at": about.made_at.isoformat()}


def manifest(path: Path) -> Manifest:
    """What a bundle says of itself. Raises BadInput for a file that is none."""
    with _opened(path) as zipped:
        return _manifest(zipped)


def unpack(path: Path, target: Path, room: int, tell: Callable[[float], None]) -> Manifest:
    """Write a bundle's database to `target`, if it is what its manifest says and needs at most `room` bytes. BadInput otherwise.

    Names in the zip are compared and never used as paths. `tell` hears the share that is done; whatever it raises ends it.
    """
    with _opened(path) as zipped:
        about = _manifest(zipped)
        _require_size(zipped.getinfo(_DATABASE), about, room)
        digest, n_bytes = _unpacked(zipped, target, about, tell)
    if (n_bytes, digest) != (about.n_bytes, about.sha256):
        raise BadInput("Its database is not the one that its manifest describes", to_do=_AGAIN)
    return about


def _unpacked(zipped: zipfile.ZipFile, target: Path, about: Manifest, tell: Callable[[float], None]) -> tuple[str, int]:
    try:
        with zipped.open(_DATABASE) as entry, target.open("xb") as file:
            return _copied(entry, file, about.n_bytes, tell)
    except _BROKEN as error:
        raise BadInput("Its database is damaged", to_do=_AGAIN) from error
    except OSError as error:
        raise BadInput(
            f"It cannot be unpacked ({error.strerror})",
            to_do="Free some space, then import it again. Nothing was imported.",
        ) from error


def _copied(entry: IO[bytes], file: IO[bytes], most: int, tell: Callable[[float], None]) -> tuple[str, int]:
    digest, n_bytes = hashlib.sha256(), 0
    while piece := entry.read(_PIECE):
        if n_bytes == 0 and piece[8:12] != _SIGN:
            raise BadInput("Its database is none", to_do=_AGAIN)
        n_bytes += len(piece)
        if n_bytes > most:
            raise BadInput("Its database is larger than its manifest says", to_do=_AGAIN)
        digest.update(piece)
        file.write(piece)
        tell(n_bytes / max(1, most))
    return digest.hexdigest(), n_bytes


def _require_size(entry: zipfile.ZipInfo, about: Manifest, room: int) -> None:
    if entry.file_size != about.n_bytes:
        raise BadInput("Its database is not as large as its manifest says", to_do=_AGAIN)
    if entry.file_size > max(_ALWAYS, _MOST_TIMES * entry.compress_size):
        raise BadInput(
            f"It would unfold from {entry.compress_size:,} to {entry.file_size:,} bytes, which no project does",
            to_do=_AGAIN,
        )
    if entry.file_size > room:
        raise BadInput(
            f"It needs {entry.file_size / 1e6:,.0f} MB, and {max(0, room) / 1e6:,.0f} MB are free",
            to_do="Free some space, then import again.",
        )


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        zipped = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BadInput("There is no such file", to_do="Check the path.") from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadInput("This is no whole project: it is no zip file, or a damaged one", to_do=_AGAIN) from error
    names = zipped.namelist()
    if sorted(names) != sorted((_DATABASE, _MANIFEST)):
        zipped.close()
        other = next((name for name in names if name not in (_DATABASE, _MANIFEST)), "")
        what = f"It holds “{other[:80]}”, too" if other else f"It does not hold one {_DATABASE} and one {_MANIFEST}"
        raise BadInput(
            f"This is no whole project. {what}", to_do="Choose a file that was taken out as a whole project."
        )
    return zipped


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    try:
        with zipped.open(_MANIFEST) as entry:
            said = json.loads(entry.read(_MOST_MANIFEST))  # what is longer ends in the middle, and is no JSON
        found = _read(said)
    except (*_BROKEN, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput("Its manifest cannot be read", to_do=_AGAIN) from error
    if said["version"] > _VERSION:
        raise BadInput("A newer studio made this file", to_do="Update the studio, then import it again.")
    return found


def _read(said: dict[str, Any]) -> Manifest:
    """ValueError, KeyError, TypeError or AttributeError for what is no manifest."""
    if said["format"] != _FORMAT or not isinstance(said["version"], int):
        raise ValueError("another format")
    return Manifest(
        project_id=str(said["project_id"])[:100],
        name=str(said["name"])[:200],
        as_of_seq=int(said["as_of_seq"]),
        migrations=tuple(int(number) for number in said["migrations"]),
        n_bytes=int(said["n_bytes"]),
        sha256=str(said["sha256"]),
        made_at=datetime.fromisoformat(said["made_at"]),
        studio=str(said["studio"])[:100],
        counts={str(name)[:100]: int(n) for name, n in said["counts"].items()},
    )
