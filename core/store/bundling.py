"""Reading what a bundle says of a project, and taking the rows of one in (bundle_child says why in a process of its own)."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.store.database import Database

REFUSED = 3  # the child's exit status for a file that it can say something about
_ROOT = Path(__file__).parents[2]
_MOMENT_S = 0.5
_ABOUT = """select p.id as project_id, p.name, (select seq from last_seq) as as_of_seq,
  (select list(number order by number) from migration) as migrations from project p"""
_COUNTS = """select (select count(*) from instruction where kind = 'seed') as seeds,
  (select count(*) from instruction where kind = 'evolved') as evolved,
  (select count(*) from instruction where kind = 'reference') as reference_texts, (select count(*) from run) as runs,
  (select count(*) from call) as calls, (select count(*) from decision) as decisions, (select count(*) from study) as studies,
  (select count(*) from judgment) as judgments"""


def _tell_nobody() -> None: ...


def about(database: Database) -> tuple[dict[str, Any], dict[str, int]]:
    """What a project is: project_id, name, as_of_seq, migrations; and its rows by what they are called."""
    (row,), (counts,) = database.query(_ABOUT), database.query(_COUNTS)
    return row, counts


def take(source: Path, target: Path, tell: Callable[[], None] = _tell_nobody) -> None:
    """Make `target`, a project with the rows of the file `source`. Raises BadInput for a file that is none, or damaged.

    `tell` is asked twice a second; whatever it raises ends it.
    """
    command = [sys.executable, "-m", "core.store.bundle_child", str(source.resolve()), str(target.resolve())]
    child = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with child:
        try:
            said = _heard(child, tell)
        finally:
            child.kill()
    _require_done(child.returncode, said)


def _heard(child: "subprocess.Popen[bytes]", tell: Callable[[], None]) -> bytes:
    while True:
        try:
            return child.communicate(timeout=_MOMENT_S)[1]
        except subprocess.TimeoutExpired:
            tell()


def _require_done(status: int, heard: bytes) -> None:
    if status == 0:
        return
    said = heard.decode("utf-8", "replace") if status == REFUSED else "it is damaged"
    if any(words in said.lower() for words in ("no space left", "too large", "disk is full", "disk full")):
        raise BadInput("The disk is full", to_do="Free some space, then import it again. Nothing was imported.")
    if "newer studio" in said:
        raise BadInput("A newer studio made this project", to_do="Update the studio, then import it again.")
    raise BadInput(f"Its database cannot be used: {said[:300]}", to_do="Nothing was imported. Choose another file.")
