"""A studio in a process of its own that the kernel kills at one step of its work: `python -m tests.services.dying WHAT HOME OUT STEP`.

Python's own audit hook sees each step as it begins; nothing of the studio is changed for it.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.services.exchanging import bundles, exports, hubs
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str) -> None:
    """ "rename": before something gets its final name; "child": when a child process is about to be started."""
    event = {"rename": "os.rename", "child": "subprocess.Popen"}.get(step)
    if event is not None:
        sys.addaudithook(lambda name, _: die() if name == event else None)


def die_when(there: Callable[[], bool]) -> None:
    """As soon as this is so."""

    def watch() -> None:
        while not there():
            pass
        die()

    threading.Thread(target=watch, daemon=True).start()


def export(_: Studio, project: Project, out: Path, step: str) -> None:
    """ "named": just after the file got its name."""
    if step == "named":
        die_when(out.exists)
    exports.write(ME, project, Order(format=ExportFormat.JSONL, wanted=None), out)


def push(_: Studio, project: Project, out: Path, __: str) -> None:
    """Say the child's process id as soon as there is one; whoever reads it kills this process."""

    def tell(said: str, _: float | None) -> None:
        sys.stdout.write(said + "\n")
        sys.stdout.flush()

    hubs.push(ME, project, out, "ann/grown", private=True, replace_it=False, tell=tell)


def unpack(studio: Studio, _: Project, out: Path, step: str) -> None:
    """ "reading": as soon as the rows begin to arrive."""
    if step == "reading":
        die_when(lambda: any(studio.shelf.folder.glob(".*/fresh.duckdb")))
    bundles.import_bundle(ME, studio.shelf, out)


def restore(studio: Studio, _: Project, out: Path, step: str) -> None:
    """The same of a backup."""
    if step == "reading":
        die_when(lambda: any(studio.shelf.folder.glob(".*/fresh.duckdb.partial")))
    studio.backups.restore(ME, studio.backups.known(ME, out.name), "", lambda _: None)


if __name__ == "__main__":
    what, home, out, step = sys.argv[1:]
    opened = open_studio(Settings(home=Path(home)))
    project = opened.projects.open(ME, FIRST)
    die_at(step)
    {"export": export, "push": push, "unpack": unpack, "restore": restore}[what](opened, project, Path(out), step)
    opened.close()
