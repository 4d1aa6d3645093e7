"""Prompt packs in and out: as a folder of .md files, or as a zip of one. Everything is read and checked before anything is kept.

A file's name from outside is looked up among the few that a pack may have; it never becomes a path.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from core.domain.person import Actor
from core.domain.prompt_pack import PackVersion, Upload
from core.errors import BadInput
from core.evolution.pack import KNOWN_FILES, read_files, text_of
from core.evolution.template import MOST_BYTES
from core.services.access import may_grow, may_read
from core.services.growing.packs import Packs

MOST_ZIP_BYTES = 2_000_000
_MOST_ENTRIES = 100
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
_MADE = (2000, 1, 1, 0, 0, 0)  # the same content is the same zip, whenever it is made


def import_folder(packs: Packs, actor: Actor, folder: Path, *, name: str = "") -> PackVersion:
    """A new pack from a folder. BadInput names the file that is refused; then nothing is kept."""
    may_grow(actor)
    if not folder.is_dir():
        raise BadInput("There is no such folder", where=str(folder), to_do="Give the folder that holds the .md files.")
    for path in sorted(folder.iterdir()):
        _require_known(path.name)
    return packs.add(actor, name or _as_name(folder.name), read_files(folder))


def import_uploads(packs: Packs, actor: Actor, uploads: Sequence[Upload], *, name: str = "") -> PackVersion:
    """The same from what a browser sent: one zip, or the .md files themselves."""
    may_grow(actor)
    if len(uploads) == 1 and uploads[0].name.lower().endswith(".zip"):
        (one,) = uploads
        return packs.add(actor, name or _as_name(PurePosixPath(one.name).stem), read_zip(one.content))
    files: dict[str, str] = {}
    for one in uploads:
        _require_known(one.name)
        files[one.name] = text_of(one.name, one.content)
    return packs.add(actor, name, files)


def read_zip(content: bytes) -> dict[str, str]:
    """The prompts in a zip, which may stand in one folder. BadInput names the entry that is refused."""
    if len(content) > MOST_ZIP_BYTES:
        raise BadInput(f"The zip has more than {MOST_ZIP_BYTES:,} bytes", to_do="Zip the folder of prompts alone.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_inside(archive.infolist())
            entries = [one for one in archive.infolist() if not one.is_dir() and not _is_by_the_way(one.filename)]
            _require_flat(entries)
            return {PurePosixPath(one.filename).name: _text(archive, one) for one in entries}
    except _BROKEN as error:
        raise BadInput(f"This is no readable zip ({str(error)[:80]})", to_do="Zip the folder again.") from error


def _require_inside(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise BadInput(f"The zip holds {len(entries):,} files", to_do=f"A pack has at most {len(KNOWN_FILES)}.")
    for one in entries:
        if (
            ".." in PurePosixPath(one.filename).parts
            or one.filename.startswith("/")
            or "\\" in one.orig_filename
            or ":" in one.filename
        ):
            raise BadInput(
                "This name leads out of the pack", where=_shown(one.filename), to_do="Zip the folder again, without it."
            )


def _require_flat(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Known names, each once, all in the same place, that place at most one folder deep."""
    for one in entries:
        _require_known(PurePosixPath(one.filename).name)
    if len({PurePosixPath(one.filename).parent for one in entries}) > 1 or any(
        len(PurePosixPath(one.filename).parts) > 2 for one in entries
    ):
        raise BadInput("The prompts do not stand in one folder", to_do="Zip one pack at a time.")
    if len({one.filename for one in entries}) < len(entries):
        raise BadInput("The zip holds a file twice", to_do="Zip the folder again.")


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    name = PurePosixPath(entry.filename).name
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PLAIN:
        raise BadInput("It is encrypted, or packed in an unusual way", where=name, to_do="Make a plain zip.")
    with archive.open(entry) as file:  # never more than this, whatever size the zip claims
        return text_of(name, file.read(MOST_BYTES + 4))


def export_folder(packs: Packs, actor: Actor, name: str, folder: Path) -> tuple[str, ...]:
    """Write a pack's newest version into a new or empty folder; the files' names. BadInput if there is something."""
    may_read(actor)
    files = packs.current(actor, name).files
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput("The folder is not empty", where=str(folder), to_do="Name a new one.")
        for file_name, text in files.items():
            (folder / file_name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadInput(
            f"The folder cannot be written ({error.strerror})",
            where=str(folder),
            to_do="Name one that you may write to.",
        ) from error
    return tuple(files)


def as_zip(name: str, files: Mapping[str, str]) -> bytes:
    """The files in a folder of that name, zipped."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file_name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file_name}", _MADE), text, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _require_known(name: str) -> None:
    if name not in KNOWN_FILES and not _is_by_the_way(name):
        raise BadInput(
            "A pack has no such file", where=_shown(name), to_do=f"Take it out. A pack has: {', '.join(KNOWN_FILES)}."
        )


def _is_by_the_way(path: str) -> bool:
    """What systems put beside files: never read."""
    return any(part == "__MACOSX" or part.startswith(".") for part in PurePosixPath(path).parts)


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:80]


def _as_name(text: str) -> str:
    """What a pack from there is called if nobody names it."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:40]
