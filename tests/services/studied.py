"""A closed study to look at: prompts × people in a small table, with a project around it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.domain.study import StudyDesign, StudyEventKind, StudyState
from core.services.evaluating.results import Opened, Results
from core.services.projects import Project
from core.store.database import Database
from tests.builders import project_at
from tests.services.alone import ME
from tests.studies.building import a_study, happened, judge

SYSTEMS = ("aster-7b", "birch-7b", "cedar-7b")
SKILLS = ("Math", "Math", "Writing")


@contextmanager
def a_project(folder: Path) -> Iterator[Project]:
    with project_at(folder / "p.duckdb") as database:
        yield Project(slug="p", name="P", database=database)


def judged(
    database: Database,
    ranks: Sequence[Sequence[Sequence[int]]],
    *,
    close: bool = True,
    design: StudyDesign | None = None,
) -> str:
    """`ranks[prompt][person]`: what that person gave each system. → the study's id."""
    id_ = a_study(
        database, prompts=len(ranks), systems=SYSTEMS[: len(ranks[0][0])], state=StudyState.OPENED, design=design,
        facts=lambda at: {"skill": SKILLS[at % 3], "author_difficulty": 3.0 + 3 * (at % 3), "epoch": at % 2},
    )  # fmt: skip
    for prompt, rows in enumerate(ranks):
        for person, row in enumerate(rows):
            judge(database, id_, f"person {person}", str(prompt + 1), dict(zip(SYSTEMS, row, strict=False)))
    if close:
        happened(database, id_, StudyEventKind.CLOSED)
    return id_


def opened(project: Project, study_id: str) -> Opened:
    return Results().open(ME, project, study_id)
