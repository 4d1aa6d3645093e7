"""A project in which it is known how diverse each epoch is, what survived, what was accepted, and what it cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from core.domain.check import Rule
from core.domain.decision import Act, Reason
from core.domain.instruction import Instruction, InstructionKind, RunStatus
from core.domain.run import RunEventKind
from core.services.projects import Project
from core.store import embedding_log
from core.store.database import Database
from tests.builders import (
    call,
    child,
    event,
    id_of,
    label,
    outcome,
    pack,
    revision,
    run,
    score,
    seed,
    source,
    system,
    task,
)
from tests.services.reviewed import opened
from tests.store.reviewing import say

MODEL = "a model"
SEEDS, REFERENCES = 60, 80
SURVIVE = (0.8, 0.5)  # shares of epochs 1 and 2
COST = (0.01, 0.03)  # dollars a call
SET = id_of("a reference set")
_DIMENSIONS = 12


@contextmanager
def project(path: Path) -> Iterator[Project]:
    """60 seeds, two epochs of one run: epoch 2 says nearly the same thing three times over, and survives and is accepted less often."""
    with opened(path) as found:
        furnish(found.database)
        yield found


def furnish(database: Database) -> None:
    context = [source("a file"), source("a reference set", kind="reference"), pack(), system(), run()]
    database.writer.append_now([*context, event(RunEventKind.STARTED), event(RunEventKind.FINISHED)])
    rng = np.random.default_rng(7)
    facts: list[object] = []
    for number in range(SEEDS):
        facts += _lineage(number)
    references = [_reference(number) for number in range(REFERENCES)]
    facts += [fact for one in references for fact in (one, revision(one, f"Reference {number_of(one)}"))]
    database.writer.append_now(facts)
    _embed(database, rng)
    _decide(database)


def number_of(one: Instruction) -> int:
    return one.position


def lineage(number: int) -> tuple[Instruction, Instruction, Instruction]:
    """A seed, its child and its grandchild."""
    root = seed(f"seed {number}", number)
    first = child(root)
    return root, first, child(first)


def survives(number: int, epoch: int) -> bool:
    """Spread over the seeds, the same for whoever counts."""
    return (number * 7 + epoch * 13) % SEEDS < SURVIVE[epoch - 1] * SEEDS


def _lineage(number: int) -> list[object]:
    root, first, second = lineage(number)
    facts: list[object] = [root, revision(root, f"Seed {number}"), label(root, "Math" if number % 2 else "Writing")]
    for one, words in ((first, 6), (second, 12)):
        status = RunStatus.SURVIVED if survives(number, one.epoch) else RunStatus.ELIMINATED
        rule = None if status is RunStatus.SURVIVED else Rule.REFUSAL
        facts += [one, task(one), call(one, cost_usd=COST[one.epoch - 1])]
        facts += [
            revision(one, text(number, one.epoch) + " word" * (words + number % 4)),
            outcome(one, status, rule, words_added=words + number % 4),
        ]
        facts += [score(one, 2.0 * one.epoch + number % 3)] if status is RunStatus.SURVIVED else []
    if number % 20 == 0:  # a sibling of the second epoch whose calls failed: it has no text, and cost something
        lost = child(first, 1)
        facts += [lost, task(lost), call(lost, cost_usd=0.5, reply=None, error_kind="server_error")]
        facts += [outcome(lost, RunStatus.ERROR, words_added=None)]
    return facts


def text(number: int, epoch: int) -> str:
    return f"Epoch {epoch} of seed {number} says thing {number % 3 if epoch == 2 else number}"


def _reference(number: int) -> Instruction:
    id_ = id_of(f"reference {number}")
    return Instruction(id=id_, kind=InstructionKind.REFERENCE, seed_id=id_, source_id=SET, position=number)


def _embed(database: Database, rng: np.random.Generator) -> None:
    """Seeds, references and epoch 1 point anywhere; epoch 2 into three directions."""
    rows = database.query(
        """select r.text_hash, i.kind, i.epoch, i.position from instruction i join instruction_state s on s.id = i.id
        join revision r on r.id = s.revision_id order by i.seq"""
    )
    anywhere = rng.normal(size=(len(rows), _DIMENSIONS))
    three = 3 * np.eye(_DIMENSIONS)[[row["position"] % 3 for row in rows]] + 0.1 * anywhere
    matrix = np.where([[row["epoch"] == 2] for row in rows], three, anywhere)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    embedding_log.add(database, MODEL, [row["text_hash"] for row in rows], matrix.astype(np.float32))


def _decide(database: Database) -> None:
    """Of epoch 1 people accept two of three survivors, of epoch 2 one of three, as far as they got: a quarter of the seeds."""
    for number in range(0, SEEDS, 4):
        for one in lineage(number)[1:]:
            if survives(number, one.epoch):
                accepts = (number // 4 % 3 < 2) if one.epoch == 1 else (number // 4 % 3 < 1)
                if accepts:
                    say(database, one, Act.ACCEPT, "mira")
                else:
                    say(database, one, Act.REJECT, "mira", reason=Reason.UNCLEAR)
