"""A small tree of which people elsewhere have said something, and the file in which they said it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER
from core.services.projects import Project, Projects
from tests.builders import child, outcome, revision, run, seed, system

ROOT = seed("root", 0)
FIRST, SECOND = child(ROOT, 0), child(ROOT, 1)
BELOW = child(FIRST, 0)
TEXTS = {ROOT.id: "Count.", FIRST.id: "Count to ten.", SECOND.id: "Count down.", BELOW.id: "Count to ten in Latin."}


@contextmanager
def small_tree(folder: Path) -> Iterator[Project]:
    """A project with it, all of it survived."""
    projects = Projects(folder / "projects")
    opened = projects.open(LOCAL_OWNER, "my-project")
    facts: list[object] = [system(), run(), ROOT, FIRST, SECOND, BELOW]
    facts += [revision(one, TEXTS[one.id]) for one in (ROOT, FIRST, SECOND, BELOW)]
    facts += [outcome(one, RunStatus.SURVIVED) for one in (FIRST, SECOND, BELOW)]
    opened.database.writer.append_now(facts)
    yield opened
    projects.close()


def lines(folder: Path, *rows: Mapping[str, object], name: str = "said.jsonl") -> Path:
    """A file of these rows, one a line."""
    path = folder / name
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path
