"""A project in which everything has happened that a lineage can tell: runs, eliminations, children by hand, edits, verdicts, bulks, undo."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain import ids
from core.domain.check import Rule, Score, Verdict
from core.domain.decision import Act, Reason
from core.domain.decision import Verdict as HumanVerdict
from core.domain.instruction import Instruction, RunStatus
from core.domain.project import Project as ProjectFact
from core.domain.project import PromptPack
from core.domain.run import RunEventKind
from core.domain.source import Label
from core.domain.task import TaskKind, TaskState
from core.domain.trial import TrialOrigin
from core.services.projects import Project
from core.store import bulk_log
from core.store.database import Database, open_database
from tests.builders import (
    NOON,
    RUN,
    call,
    check,
    child,
    event,
    id_of,
    label,
    outcome,
    response,
    revision,
    run,
    score,
    seed,
    source,
    system,
    task,
)
from tests.store.reviewing import say, submit, trial

HOSTILE = "=cmd|'/C calc'!A1 <img src=x onerror=alert(1)> ﷽ \u202e ![x](http://192.0.2.1/) \x00 end\r\n@next,\"cell\""
FILES = {"evolve.md": "Rewrite it: <instruction>"}
HASH = hashlib.sha256(json.dumps(FILES, sort_keys=True).encode()).hexdigest()
OTHER_RUN = id_of("another run")


@contextmanager
def opened(path: Path, name: str = "Furnished") -> Iterator[Project]:
    """A project's file with its own row, as the studio opens it."""
    database = open_database(path, "project")
    try:
        if not database.query("select 1 from project"):
            fact = ProjectFact(id=id_of(f"project {name}"), name=name, created_at=NOON, consensus_rule="majority")
            database.writer.append_now([fact])
        yield Project(slug="p", name=name, database=database)
    finally:
        database.close()


def tree(number: int = 0) -> tuple[Instruction, Instruction, Instruction, Instruction, Instruction]:
    """A seed, a survivor, an eliminated sibling, a grandchild, and a child that was asked for by hand."""
    root = seed(f"seed {number}", number)
    first, second = child(root, 0), child(root, 1)
    return root, first, second, child(first), child(first, 0, run_id=ids.by_hand_id(RUN))


def furnish(database: Database, n_trees: int = 3) -> None:
    """Everything, with people called "local", "mira" and "noor"."""
    context = [
        source("a file"),
        PromptPack(hash=HASH, name="own", files=json.dumps(FILES)),
        system(),
        run(),
        run(OTHER_RUN, number=2),
    ]
    events = [event(RunEventKind.STARTED), event(RunEventKind.FINISHED), event(RunEventKind.STARTED, OTHER_RUN)]
    database.writer.append_now([*context, *events])
    for number in range(n_trees):
        database.writer.append_now(grown(number))
    review(database)


def grown(number: int) -> list[object]:
    root, first, second, below, by_hand = tree(number)
    facts: list[object] = [root, revision(root, f"Seed {number}. {HOSTILE}"), label(root), score(root, 2.0)]
    facts += [task(root, TaskKind.SCORE, state=TaskState.DONE), call(root, TaskKind.SCORE, cost_usd=0.01)]
    facts += [first, second, task(first, state=TaskState.DONE, tries=1), task(second, state=TaskState.DONE)]
    facts += [
        call(first, reply=HOSTILE),
        call(first, attempt=1, reply=None, error_kind="time_out", error_detail="late"),
        call(second),
    ]
    facts += [
        revision(first, f"Child {number} ü"),
        check(first),
        response(first),
        revision(response(first), "An answer"),
    ]
    facts += [
        outcome(first),
        score(first, 4.5),
        revision(second, f"Child {number}"),
        check(second, Rule.IDENTICAL, Verdict.FAIL, "same"),
    ]
    facts += [outcome(second, RunStatus.ELIMINATED, Rule.IDENTICAL, words_added=-2)]
    facts += [below, task(below, state=TaskState.CLAIMED)]  # drawn, and no text yet
    facts += [
        by_hand,
        task(by_hand, run_id=ids.by_hand_id(RUN), state=TaskState.DONE),
        call(by_hand),
        revision(by_hand, "By hand"),
    ]
    facts += [
        outcome(by_hand),
        Label(id=id_of(f"hint {number}"), instruction_id=by_hand.id, kind="hint", value="colder", by="mira"),
    ]
    return facts


def review(database: Database) -> None:
    """Verdicts of three people, an edit, another answer, a bulk that stands and one that was taken back."""
    root, first, second, _, by_hand = tree(0)
    say(database, first, Act.ACCEPT, "mira", note="fine – ﷽")
    say(database, first, Act.REJECT, "noor", reason=Reason.UNCLEAR, active_ms=2_300, decided_at_browser=NOON)
    say(database, first, Act.ADJUDICATE, "local", verdict=HumanVerdict.REJECT, reason=Reason.OTHER)
    taken_back = trial(database, second, "mira")
    submit(database, taken_back, Act.ACCEPT, "mira")
    submit(database, taken_back, Act.UNDO, "mira")
    for act in (Act.FLAG, Act.NOTE, Act.SKIP):
        say(database, second, act, "noor", note=HOSTILE if act is Act.NOTE else None)
    submit(database, trial(database, first, "mira", origin=TrialOrigin.REPEAT), Act.REJECT, "mira")
    other = tree(1)[1]
    database.writer.append_now([revision(other, "Edited by a person", 1)], by_person=True)
    rating = Score(
        id=id_of("rating"), subject_id=response(first).id, run_id=None, epoch=1, kind="rating", value=4.0, by="noor"
    )
    database.writer.append_now([rating], by_person=True)
    seqs = [row["seq"] for row in database.query("select seq from instruction where kind = 'seed' order by seq")]
    for name, verdict in (("first bulk", HumanVerdict.REJECT), ("second bulk", HumanVerdict.ACCEPT)):
        bulk = bulk_log.Bulk(
            id=id_of(name), person_id="mira", verdict=verdict, wanted='{"kinds": ["seed"]}', note="all of them"
        )
        bulk_log.apply(database, bulk, seqs, NOON)
        if verdict is HumanVerdict.REJECT:
            bulk_log.undo(database, "noor", bulk.id, NOON)
    say(database, root, Act.REJECT, "noor", reason=Reason.OFF_TOPIC)
    say(database, by_hand, Act.ACCEPT, "noor")
