"""What is reviewed: many instructions as a run leaves them, the first of them long, and the same items for a plain script."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate, islice
from pathlib import Path
from random import Random

from benchmarks import store_rows
from benchmarks.store_rows import EPOCHS, NOW, Grown
from core.domain import ids
from core.domain.call import Call
from core.domain.check import Outcome
from core.domain.decision import Act, Reason, Submission
from core.domain.instruction import Instruction, Response, Revision, RunStatus
from core.domain.run import RunEvent, RunEventKind
from core.domain.task import Task
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.store import run_reading
from core.store.database import Database
from core.store.decision_log import decide

PER_TREE = EPOCHS + 1
LONG_TREES = 500  # some 1,600 survivors: enough for every press and every hand that is measured
SHORTEST, LONGEST = 1_000, 20_000  # characters of a long text
# As in a language, few words are frequent and most are rare: a difference of words is much slower where all are frequent.
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou")
_VOCABULARY = (*store_rows.WORDS, *(one + other for one in _SYLLABLES for other in _SYLLABLES))
_FREQUENCIES = tuple(accumulate(1 / (rank + 2.7) for rank in range(1, len(_VOCABULARY) + 1)))
EARLIER = ("person-1", "person-2", "person-3")
_AT_ONCE = 400  # trees a transaction
_BATCH = 200  # decisions a transaction, as many as the route takes
_RUN_NUMBER = 99  # the project may have runs of its own
_ITEMS = """create table item (id integer primary key, instruction text, parent text, text text, response text, operation text, epoch integer);
create table decision (item integer primary key, verdict text not null, decided_at text not null)"""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A survivor as the plain script shows it."""

    instruction: str
    parent: str
    text: str
    response: str
    operation: str
    epoch: int


def fill(database: Database, items_file: Path | None, n: int, n_decided: int, long_every: int = 1) -> None:
    """So many instructions; of the last ones some are decided already.

    Of the first trees every so many-th has long texts, until there are LONG_TREES of them.
    """
    begin(database, n // PER_TREE)
    items = sqlite3.connect(items_file) if items_file else None
    if items:
        items.executescript(_ITEMS)
    last: list[Instruction] = []
    for grown in _chunks(n // PER_TREE, long_every):
        facts = [fact for tree in grown for fact in facts_of(tree)]
        database.writer.append_now(facts)
        if items:
            _keep(items, items_of(facts))
        last = [*last, *survivors(facts)][-n_decided:] if n_decided else []
    if items:
        items.close()
    decide_some(database, last)


def begin(database: Database, n_trees: int) -> None:
    """The run that made them; it is over."""
    run = store_rows.run_of(n_trees, run_reading.settings_as_json(store_rows.SETTINGS))
    events = [
        RunEvent(run_id=run.id, kind=kind, by="local", received_at=NOW)
        for kind in (RunEventKind.STARTED, RunEventKind.FINISHED)
    ]
    database.writer.append_now([store_rows.SOURCE_FACT, store_rows.SYSTEM, replace(run, number=_RUN_NUMBER), *events])


def _chunks(n_trees: int, long_every: int) -> Iterator[list[Grown]]:
    numbered = enumerate(store_rows.trees(0, n_trees))
    end = LONG_TREES * long_every
    grown = (lengthened(tree) if number < end and number % long_every == 0 else tree for number, tree in numbered)
    while some := list(islice(grown, _AT_ONCE)):
        yield some


def facts_of(tree: Grown) -> list[object]:
    """What reviewing reads; calls and tasks would only take up disk."""
    facts = [fact for step in (tree.seed_facts, *tree.steps) for fact in step]
    return [fact for fact in facts if not isinstance(fact, Call | Task)]


def lengthened(tree: Grown) -> Grown:
    """The same tree with texts of 1 to 20 kB. A child has four of five words of its parent; one in five is a new text."""
    rng = Random(tree.seed.id)
    parents = {one.id: one.parent_id for one in facts_of(tree) if isinstance(one, Instruction)}
    texts: dict[str, str] = {}

    def long(fact: object) -> object:
        if not isinstance(fact, Revision):
            return fact
        above = parents.get(fact.of_id)  # None: a seed, or a response
        texts[fact.of_id] = evolved(texts[above], rng) if above else prose(rng)
        return _with_text(fact, texts[fact.of_id])

    seed_facts = tuple(long(fact) for fact in tree.seed_facts)
    return replace(tree, seed_facts=seed_facts, steps=tuple(tuple(long(fact) for fact in step) for step in tree.steps))


def prose(rng: Random) -> str:
    """As many characters as people meet: short texts are as frequent as long ones on a scale of ratios."""
    wanted = int(SHORTEST * (LONGEST / SHORTEST) ** rng.random())
    words: list[str] = []
    for word in _words(rng, wanted // 3):
        words.append(word)
        wanted -= len(word) + 1
        if wanted <= 0:
            break
    lines = [" ".join(words[first : first + 60]).capitalize() + "." for first in range(0, len(words), 60)]
    return "\n\n".join(lines)


def evolved(text: str, rng: Random) -> str:
    """A child's text: some words exchanged and some added, or all of it new."""
    if rng.random() < 0.2:
        return prose(rng)
    words = text.split(" ")
    changed = (new if rng.random() < 0.2 else old for old, new in zip(words, _words(rng, len(words)), strict=True))
    longer = " ".join(changed) + " Also " + " ".join(_words(rng, 12)) + f" {rng.randrange(10**9)}."
    return longer[-LONGEST:]


def _words(rng: Random, n: int) -> list[str]:
    return rng.choices(_VOCABULARY, cum_weights=_FREQUENCIES, k=n)


def _with_text(revision: Revision, text: str) -> Revision:
    return replace(revision, text=text, text_hash=ids.text_hash(text), words=len(text.split()))


def survivors(facts: Iterable[object]) -> list[Instruction]:
    found = list(facts)
    survived = {one.instruction_id for one in found if isinstance(one, Outcome) and one.status is RunStatus.SURVIVED}
    return [one for one in found if isinstance(one, Instruction) and one.id in survived]


def items_of(facts: Iterable[object]) -> Iterator[Item]:
    """The survivors among whole trees, with their parents' texts and their responses."""
    found = list(facts)
    texts = {one.of_id: one.text for one in found if isinstance(one, Revision)}
    answers = {one.instruction_id: texts[one.id] for one in found if isinstance(one, Response)}
    for one in survivors(found):
        assert one.parent_id is not None
        yield Item(
            instruction=one.id, parent=texts[one.parent_id], text=texts[one.id], response=answers[one.id],
            operation=str(one.operation), epoch=one.epoch,
        )  # fmt: skip


def _keep(items: sqlite3.Connection, rows: Iterable[Item]) -> None:
    told = [(one.instruction, one.parent, one.text, one.response, one.operation, one.epoch) for one in rows]
    with items:
        items.executemany(
            "insert into item (instruction, parent, text, response, operation, epoch) values (?, ?, ?, ?, ?, ?)", told
        )


def decide_some(database: Database, instructions: list[Instruction]) -> None:
    """Three people have been here before: one in five of what they saw is rejected."""
    for first in range(0, len(instructions), _BATCH):
        person = EARLIER[first // _BATCH % len(EARLIER)]
        given = [(_trial(one, person), one) for one in instructions[first : first + _BATCH]]
        slots = [TrialSlot(trial_id=trial.id, position=0, revision_id=ids.revision_id(one.id)) for trial, one in given]
        database.writer.append_now([*(trial for trial, _ in given), *slots])
        submissions = [_verdict(trial.id, number) for number, (trial, _) in enumerate(given)]
        decide(database, person, submissions, NOW + timedelta(seconds=first))


def _trial(of: Instruction, person: str) -> Trial:
    id_ = ids.label_id(of.id, "trial", person)
    return Trial(id=id_, kind=TrialKind.REVIEW, person_id=person, origin=TrialOrigin.FRESH)


def _verdict(trial_id: str, number: int) -> Submission:
    if number % 5:
        return Submission(trial_id=trial_id, act=Act.ACCEPT, active_ms=4_000)
    return Submission(trial_id=trial_id, act=Act.REJECT, reason=list(Reason)[number // 5 % 10], active_ms=6_000)
