"""A studio with a project to review, people who do it, and a clock that goes as a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.domain.card import Card, Hand
from core.domain.decision import Act, Receipt, Submission
from core.domain.instruction import Instruction, RunStatus
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.queue import Queue
from core.services.projects import Project
from core.services.reviewing import decisions, queues
from core.services.reviewing.decisions import Receipts
from core.services.reviewing.desk import Desk
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import NOON, RUN, child, outcome, response, revision, run, score, seed, system

MIRA, NOOR, OLA = (Actor(person_id=name.lower(), name=name, role=Role.ANNOTATOR) for name in ("Mira", "Noor", "Ola"))


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)


@dataclass
class Room:
    """One installation, its first project, and the desk."""

    studio: Studio
    project: Project
    clock: Clock = field(default_factory=Clock)

    @property
    def desk(self) -> Desk:
        return self.studio.desk

    def restart(self) -> None:
        """The desk forgets everything that only lay in memory."""
        self.studio = replace(self.studio, desk=Desk(self.clock, self.clock.wall))

    def grow(
        self, n: int, *, first: int = 0, status: RunStatus = RunStatus.SURVIVED, run_id: str = RUN
    ) -> list[Instruction]:
        """So many seeds, each with one evolved child of this status. → the children."""
        facts: list[object] = []
        children = []
        for number in range(first, first + n):
            root = seed(f"seed {number}", number)
            one = child(root, run_id=run_id)
            facts += [root, revision(root, f"Sort list {number}."), one, revision(one, f"Sort list {number} in place.")]
            answer = response(one)
            facts += [
                answer,
                revision(answer, f"Use sort, {number}."),
                score(one, 1 + number % 9),
                outcome(one, status),
            ]
            children.append(one)
        self.project.database.writer.append_now(facts)
        return children

    def queue(self, **more: Any) -> str:
        """A saved queue. → its id"""
        return queues.save(LOCAL_OWNER, self.project, Queue(id="", name=more.pop("name", "Some"), **more)).id

    def take(self, who: Actor, queue: str = "", most: int = 12, have: tuple[str, ...] = ()) -> Hand:
        return self.desk.take(who, self.project, queue, most, have)

    def send(self, who: Actor, *submissions: Submission) -> Receipts:
        return decisions.decide(self.studio, who, self.project, submissions)

    def say(self, who: Actor, card: Card, act: Act, **more: Any) -> Receipt:
        return self.send(who, submission(card, act, **more)).receipts[0]

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return self.project.database.query(sql, list(values))


def submission(card: Card, act: Act, **more: Any) -> Submission:
    return Submission(**{"trial_id": card.trial, "act": act, "revision_id": card.revision, **more})


def items(hand: Hand) -> list[str]:
    return [card.instruction for card in hand.cards]


@contextmanager
def room_at(home: Path) -> Iterator[Room]:
    studio = open_studio(Settings(home=home))
    try:
        project = studio.projects.open(LOCAL_OWNER, "my-project")
        project.database.writer.append_now([run(), system()])
        clock = Clock()
        yield Room(studio=replace(studio, desk=Desk(clock, clock.wall)), project=project, clock=clock)
    finally:
        studio.close()
