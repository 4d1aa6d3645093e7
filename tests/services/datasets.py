"""A project whose rows are worth shaping: twelve lineages, hostile texts, repetitions, siblings that people told apart."""

from pathlib import Path

from core.domain.decision import Act, Reason
from core.domain.instruction import Instruction
from core.services.projects import Project
from core.store.database import Database
from tests.builders import child, label, outcome, pack, response, revision, run, score, seed, source, system
from tests.services.reviewed import HOSTILE
from tests.store.reviewing import say

LINEAGES = 12
LONG = "Plan the night buses of a small town with two depots so that no stop waits longer than forty minutes on any night of the week"


def lineage(number: int) -> tuple[Instruction, Instruction, Instruction]:
    """A seed and two children of it."""
    root = seed(f"root {number}", number)
    return root, child(root, 0), child(root, 1)


def fill(database: Database) -> None:
    """Each seed's first child is accepted and answered, its second rejected. Children 3 and 4 say the same, 5 nearly the same."""
    database.writer.append_now([source("a file", licence="CC0-1.0"), pack(), system(), run()])
    for number in range(LINEAGES):
        root, first, second = lineage(number)
        facts: list[object] = [root, revision(root, f"Seed {number}"), label(root)]
        for one, text in ((first, said(number)), (second, f"Worse than {number}")):
            facts += [one, revision(one, text), response(one), revision(response(one), f"Answer {number} {HOSTILE}")]
            facts += [outcome(one), score(one, 3.0 + number / 4)]
        database.writer.append_now(facts)
        say(database, first, Act.ACCEPT, "mira")
        say(database, second, Act.REJECT, "mira", reason=Reason.UNCLEAR)


def said(number: int) -> str:
    """What the accepted child of a lineage says."""
    match number:
        case 3 | 4:
            return LONG
        case 5:
            return LONG.replace("small", "large")
        case _:
            return f"Task {number}: {' '.join(f'{word}{number}' for word in ('sort', 'weigh', 'draw', 'tell', 'count', 'mix'))} {HOSTILE}"


def decide_more(project: Project) -> None:
    """What happens later: verdicts turned and taken back, texts edited, new lineages, another rule of consensus."""
    database = project.database
    root, first, second = lineage(0)
    say(database, first, Act.REJECT, "noor", reason=Reason.OFF_TOPIC)
    say(database, first, Act.ADJUDICATE, "local", verdict="reject")
    say(database, second, Act.ADJUDICATE, "local", verdict="accept")
    _, edited, _ = lineage(1)
    database.writer.append_now([revision(edited, "Said otherwise later", 1)], by_person=True)
    late = child(root, 7)
    database.writer.append_now(
        [late, revision(late, "Came later"), outcome(late), score(edited, 9.0), label(root, "Law")]
    )
    say(database, lineage(2)[0], Act.REJECT, "noor", reason=Reason.UNCLEAR)


def read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
