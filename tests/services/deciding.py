"""A project in which several people decide, for tests of what is made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.decision import ConsensusRule
from core.domain.instruction import Instruction
from core.domain.person import Actor, Role
from core.domain.project import Project as ProjectFact
from core.services.projects import Project
from core.store import people
from tests.builders import NOON, child, id_of, project_at, revision, seed

MIRA = Actor(person_id="mira", name="Mira", role=Role.ANNOTATOR)
NOOR = Actor(person_id="noor", name="Noor", role=Role.ANNOTATOR)
OLA = Actor(person_id="ola", name="Ola", role=Role.OWNER)
TEXT = "Sort {n} words."


@contextmanager
def decided_project(path: Path, items: int = 6, rule: ConsensusRule = ConsensusRule.FIRST) -> Iterator[Project]:
    """A seed with so many children, and three people."""
    with project_at(path) as database:
        fact = ProjectFact(id=id_of("project"), name="P", created_at=NOON, origin="", consensus_rule=rule)
        database.writer.append_now([fact])
        root, *children = tree = family(items)
        texts = [revision(one, TEXT.replace("{n}", str(n))) for n, one in enumerate(children)]
        database.writer.append_now([*tree, revision(root, "Sort words."), *texts])
        for one in (MIRA, NOOR, OLA):
            people.remember(database, one)
        yield Project(slug="p", name="P", database=database)


def family(items: int = 6) -> list[Instruction]:
    root = seed()
    return [root, *(child(root, number) for number in range(items))]
