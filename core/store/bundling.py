"""Reading what a bundle says of a project, and taking the rows of one in (bundle_child says why in a process of its own)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.store import children
from core.store.database import Database

_ABOUT = """select p.id as project_id, p.name, (select seq from last_seq) as as_of_seq,
  (select list(number order by number) from migration) as migrations from project p"""
_COUNTS = """select (select count(*) from instruction where kind = 'seed') as seeds,
  (select count(*) from instruction where kind = 'evolved') as evolved,
  (select count(*) from instruction where kind = 'reference') as reference_texts, (select count(*) from run) as runs,
  (select count(*) from call) as calls, (select count(*) from decision) as decisions, (select count(*) from study) as studies,
  (select count(*) from judgment) as judgments"""


def about(database: Database) -> tuple[dict[str, Any], dict[str, int]]:
    """What a project is: project_id, name, as_of_seq, migrations; and its rows by what they are called."""
    (row,), (counts,) = database.query(_ABOUT), database.query(_COUNTS)
    return row, counts


def take(source: Path, target: Path, tell: Callable[[], None] = children.tell_nobody) -> None:
    """Make `target`, a project with the rows of the file `source`. Raises BadInput for a file that is none, or damaged.

    `tell` is asked twice a second; whatever it raises ends it.
    """
    children.asked("core.store.bundle_child", [str(source.resolve()), str(target.resolve())], tell)
