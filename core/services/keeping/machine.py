"""What the studio stands on: room on the disk, the clock, who may read its files, and what was left lying about."""

import shutil
import stat
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from core.domain.upkeep import Area, Finding, State
from core.services import temporary
from core.services.bridge import door_of
from core.services.keeping import backup_files
from core.store.database import RESERVE_MB, Database
from core.store.memory import said_limit

_BRIDGE = ".bridge"
_LATE = timedelta(minutes=5)
_MB = 1_000_000


def disk(home: Path, backups: Path, largest_bytes: int) -> list[Finding]:
    """Room where projects lie, and where backups do."""
    return [
        finding
        for folder, what in ((home, "projects"), (backups, "backups"))
        if folder.exists() and (finding := _room(folder, what, largest_bytes)) is not None
    ]


def _room(folder: Path, what: str, largest_bytes: int) -> Finding | None:
    free_mb = shutil.disk_usage(folder).free // _MB
    if free_mb < RESERVE_MB and what == "projects":
        return _disk(
            State.ACT,
            f"{free_mb:,} MB are free for {what}: runs stop below {RESERVE_MB:,} MB",
            f"Free some space. Nothing that was saved is lost. Folder: {folder}",
        )
    if free_mb * _MB < 1.1 * largest_bytes + RESERVE_MB * _MB:
        return _disk(
            State.LOOK,
            f"{free_mb:,} MB are free for {what}: too little for a backup of the largest project ({largest_bytes / _MB:,.0f} MB)",
            f"Free some space, or let backups lie elsewhere (EVOL_STUDIO_BACKUPS). Folder: {folder}",
        )
    return _disk(State.GOOD, f"{free_mb:,} MB are free for {what}")


def memory(databases: Iterable[Database]) -> Finding:
    """What this process has, and how much of it is kept of files: that grows with what people look at, up to a limit for each."""
    mb, kept_mb = psutil.Process().memory_info().rss / _MB, sum(one.kept_bytes() for one in databases) / _MB
    what = f"{mb:,.0f} MB in use, {kept_mb:,.0f} MB of it kept from files (at most, for each project: {said_limit()}; EVOL_STUDIO_DB_MEMORY)"
    return Finding(area=Area.MEMORY, state=State.GOOD, what=what)


def clock(newest: datetime | None) -> Finding:
    """The clock against the newest time in any project."""
    now = datetime.now(UTC)
    if newest is not None and newest > now + _LATE:
        ahead = str(newest - now).partition(".")[0]
        return Finding(
            area=Area.CLOCK,
            state=State.LOOK,
            what=f"The newest entry of a project is {ahead} later than this computer's clock",
            to_do="Set the clock right. The order of what happened is kept by numbers and is not touched; times that are shown are.",
        )
    return Finding(area=Area.CLOCK, state=State.GOOD, what="The clock is not behind what the projects say")


def privacy(home: Path) -> list[Finding]:
    """Files that only their owner may read."""
    found = []
    for path in (home / "signing.key",):
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if stat.S_IMODE(mode) & 0o077:
            found.append(
                Finding(
                    area=Area.INSTALLATION,
                    state=State.ACT,
                    what=f"Others on this computer may read {path.name}",
                    to_do=f"Make it yours alone: chmod 600 {path}",
                )
            )
    return found


def left_over(home: Path, projects: Iterable[Path], opened: Iterable[Path], backups: Path) -> list[Path]:
    """What processes that were killed have left, and nobody needs: folders, halves of files, doors of dead apps, spilt rows."""
    held = {path.resolve() for path in opened}
    folder = home / "projects"
    halves = [
        path
        for path in (*folder.glob("*.partial*"), *folder.glob("*.new"), *home.glob("*.new"))
        if temporary.is_old(path)
    ]
    files = [*projects, home / "studio.duckdb"]
    doors = [door for file in files if (door := file.with_name(file.name + _BRIDGE)).exists() and door_of(file) is None]
    spilt = [
        tmp for file in files if file.resolve() not in held and (tmp := file.with_name(file.name + ".tmp")).is_dir()
    ]
    return sorted({*temporary.left_over(folder), *halves, *doors, *spilt, *backup_files.left_over(backups)})


def said_of_left_over(paths: list[Path]) -> Finding:
    if not paths:
        return Finding(area=Area.LEFT_OVER, state=State.GOOD, what="Nothing was left by processes that were killed")
    n_bytes = sum(_size(path) for path in paths)
    names = ", ".join(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
    return Finding(
        area=Area.LEFT_OVER,
        state=State.LOOK,
        what=f"Left by processes that were killed, {n_bytes / _MB:,.0f} MB: {names}",
        to_do="Take them away: nobody needs them.",
    )


def _size(path: Path) -> int:
    try:
        parts = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
        return sum(one.stat().st_size for one in parts)
    except OSError:
        return 0


def _disk(state: State, what: str, to_do: str = "") -> Finding:
    return Finding(area=Area.DISK, state=state, what=what, to_do=to_do)
