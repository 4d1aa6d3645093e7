"""Backups on the disk: `backups/<slug>/<slug>-<seq>-<time>.duckdb`, and beside each a `.json` that says what is in it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.domain.upkeep import Backup, Manifest
from core.errors import ProjectError
from core.services.temporary import is_old, take_away

SUFFIX, SAID = ".duckdb", ".json"
_MOST_BYTES = 1_000_000  # of a manifest
_MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def place(folder: Path, slug: str, seq: int, at: datetime) -> Path:
    """Where a new one goes: a name that is free and says which moment it is of."""
    within = folder / slug
    try:
        within.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ProjectError(
            f"The folder for backups cannot be made ({error.strerror})",
            where=str(within),
            to_do="Make room for it, or choose another folder (EVOL_STUDIO_BACKUPS).",
        ) from error
    stem = f"{slug}-{seq}-{at:%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1_000)))
    return next(path for name in names if not (path := within / f"{name}{SUFFIX}").exists())


def write_manifest(file: Path, manifest: Manifest) -> None:
    """Beside the file, whole or not at all. Raises OSError."""
    path = said_of(file)
    fresh = path.with_name(path.name + ".partial")
    fresh.write_bytes(_MANIFEST.dump_json(manifest, indent=1))
    fresh.replace(path)


def said_of(file: Path) -> Path:
    return file.with_suffix(SAID)


def look(file: Path) -> Backup:
    """One file as a backup, whatever it is. Raises OSError if it is not there."""
    size = file.stat().st_size
    try:
        said = said_of(file)
        if said.stat().st_size > _MOST_BYTES:
            return Backup(path=file, n_bytes=size, manifest=None, problem="What stands beside it is no list of rows.")
        return Backup(path=file, n_bytes=size, manifest=_MANIFEST.validate_json(said.read_bytes()))
    except FileNotFoundError:
        return Backup(path=file, n_bytes=size, manifest=None, problem="No list of its rows came with it.")
    except (OSError, ValidationError):
        return Backup(path=file, n_bytes=size, manifest=None, problem="The list of its rows cannot be read.")


def every(folder: Path) -> list[Backup]:
    """All that lie in the folder, newest first; those that do not say when they are of last."""
    found = [backup for file in folder.glob(f"*/*{SUFFIX}") if (backup := _looked(file)) is not None]
    return sorted(found, key=lambda one: (one.manifest is not None, _time(one), one.path.name), reverse=True)


def of(backups: list[Backup], slug: str) -> Iterator[Backup]:
    """Those of one project, in their order."""
    return (one for one in backups if one.manifest is not None and one.manifest.slug == slug)


def remove(backup: Backup) -> bool:
    """The file first: a list of rows without one is nothing that anybody sees. → whether it is gone."""
    return take_away([backup.path]) == 1 and take_away([said_of(backup.path)]) == 1


def left_over(folder: Path) -> list[Path]:
    """What backups that were killed have left: halves of files, and lists of rows without a file."""
    halves = [path for path in folder.glob("*/*.partial*") if path.is_file()]
    alone = [path for path in folder.glob(f"*/*{SAID}") if not path.with_suffix(SUFFIX).exists()]
    return sorted(path for path in {*halves, *alone} if is_old(path))


def _looked(file: Path) -> Backup | None:
    try:
        return look(file) if file.is_file() else None
    except OSError:  # taken away meanwhile
        return None


def _time(backup: Backup) -> float:
    return backup.manifest.made_at.timestamp() if backup.manifest is not None else 0.0
